/*
 * concurrencysal.h - annotations of locks; they are in sal.h
 */
#ifndef HOTADD_CONCURRENCYSAL_H
#define HOTADD_CONCURRENCYSAL_H

#include "sal.h"

#endif

/*
 * procgrp.h - processor groups; all of it is in wdm.h
 */
#ifndef HOTADD_PROCGRP_H
#define HOTADD_PROCGRP_H

#include "wdm.h"

#endif

/*
 * switch - from one stack to another, on x86-64 and arm64
 *
 *   void ha_switch(void **from, void *to)
 *       Put what a called function must preserve onto the stack, keep its pointer in *from, and
 *       take all of it back from `to`, where an earlier call left it; returns there.
 *   ha_switch_begin
 *       Where a stack that ha_context_main() is to run on begins; its argument lies in the first
 *       register that is preserved. See fill() in carrier_coroutine.c for what must lie there.
 *
 * System V Application Binary Interface, AMD64 supplement, 3.2.1; Procedure Call Standard for the
 * Arm 64-bit Architecture, 6.1. Both systems keep to them as far as this goes.
 */
#ifdef __APPLE__
#define NAME(name) _##name
#define HIDDEN .private_extern
#else
#define NAME(name) name
#define HIDDEN .hidden
#endif

    .text

#if defined(__x86_64__)

    .globl NAME(ha_switch)
    HIDDEN NAME(ha_switch)
    .p2align 4
NAME(ha_switch):
    .cfi_startproc
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $8, %rsp
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    retq
    .cfi_endproc

    .globl NAME(ha_switch_begin)
    HIDDEN NAME(ha_switch_begin)
    .p2align 4
NAME(ha_switch_begin):
    .cfi_startproc
    .cfi_undefined %rip
    movq %r15, %rdi
    callq NAME(ha_context_main)
    ud2
    .cfi_endproc

#elif defined(__aarch64__)

    .globl NAME(ha_switch)
    HIDDEN NAME(ha_switch)
    .p2align 4
NAME(ha_switch):
    .cfi_startproc
    hint #34
    sub sp, sp, #160
    stp x19, x20, [sp]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
    .cfi_endproc

    .globl NAME(ha_switch_begin)
    HIDDEN NAME(ha_switch_begin)
    .p2align 4
NAME(ha_switch_begin):
    .cfi_startproc
    .cfi_undefined x30
    hint #34
    mov x0, x19
    bl NAME(ha_context_main)
    brk #1
    .cfi_endproc

#endif

#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif

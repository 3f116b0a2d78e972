# Drivers: how they come and go, their pool, their DPCs and timers; who runs when.

mutant(DRV nt/driver.c "a driver whose DriverEntry failed stays"
[[        wait_for_calls(driver);
        free_image(driver);
    }
    for]]
[[        wait_for_calls(driver);
    }
    for]])

mutant(DRV nt/driver.c "the image goes while work of the driver runs"
[[        ha_pnp_wait_late(driver->kernel, driver);
        wait_for_work(driver);
        ha_callout_wait]]
[[        ha_pnp_wait_late(driver->kernel, driver);
        ha_callout_wait]])

mutant(DRV nt/driver.c "the image goes while a callback of the driver runs"
[[        ha_callout_wait(driver->kernel, NULL, driver);
    } while]]
[[    } while]])

mutant(DRV nt/driver.c "who is gone is called"
[[    ha_registrations_bury(kernel, driver);
    ha_pnp_entries_bury]]
[[    ha_pnp_entries_bury]])

mutant(DRV nt/driver.c "what a driver forgot is not looked for when it goes"
[[    ha_leftovers_look_over(kernel, driver);]]
[[]])

mutant(DRV nt/driver.c "a driver without an Unload routine is unloaded"
[[    if (driver->state != HA_DRIVER_LOADED || !driver->object.DriverUnload)]]
[[    if (driver->state != HA_DRIVER_LOADED)]])

mutant(DRV nt/callout_driver.c "the registry path outlives DriverEntry"
[[    memset(driver->path, POISON, sizeof *driver->path);]]
[[]])

mutant(DRV sim/machine.c "the machine ends with drivers that nobody has unloaded"
[[        if (driver) {
            err = ha_machine_settle_all(machine, ha_driver_unload(driver, NULL));]]
[[        if (!driver->kernel) {
            err = ha_machine_settle_all(machine, ha_driver_unload(driver, NULL));]])

mutant(POOL nt/pool.c "bytes beyond a block are nobody's business"
[[    look_at_guard(kernel, block, routine);
    bool used]]
[[    bool used]])

mutant(POOL nt/pool.c "a block may be given back with another tag"
[[    if (tag && tag != block->tag)
        ha_record_misuse(kernel, routine, HA_MISUSE_OTHER_TAG, block->id, tag);]]
[[    (void)tag;]])

mutant(POOL nt/pool.c "a block may be given back twice"
[[    block->seal = 0; ]]
[[    block->seal += 0; ]])

mutant(POOL nt/pool_gone.c "what was given back can still be read"
[[    memset(block->memory, HA_GIVEN_BACK_BYTE, block->size);
    if (!gone) {]]
[[    if (!gone) {]])

mutant(POOL nt/pool.c "a block belongs to whoever gives it back"
[[    record->as.pool.registration = ha_callout_inside(kernel->world.sched.running)->link.id;]]
[[    record->as.pool.registration = 0;]])

mutant(POOL nt/pool.c "the context of an entry of PnP notification may be given back"
[[    used |= ha_pnp_entries_use(kernel, memory, block->size, routine);]]
[[]])

mutant(POOL nt/ex_pool.c "memory is there whatever a fault plan says"
[[    if (ha_kernel_faults(kernel, HA_RT_ALLOCATE_POOL))
        return NULL;]]
[[    (void)kernel;]])

mutant(DPC nt/dpc.c "a DPC runs where it was queued, not where it was sent"
[[    uint16_t target = dpc->Number ? (uint16_t)(dpc->Number - 1) : here;]]
[[    uint16_t target = here;]])

mutant(DPC nt/dpc.c "a DPC that is queued is queued once more"
[[            ha_order_give(&kernel->world, dpc);     /* it has not begun, and runs for both */
        return false;]]
[[            ha_order_give(&kernel->world, dpc);
        return true;]])

mutant(DPC nt/dpc.c "an important DPC stands behind the others"
[[    put(&dpcs->queue[target], entry, dpc->Importance == HighImportance);]]
[[    put(&dpcs->queue[target], entry, false);]])

mutant(DPC nt/dpc.c "what was queued to a processor that did not come runs elsewhere"
[[    while (kernel->dpcs.queue[index].first)
        drop(kernel, &kernel->dpcs.queue[index].first, 0);]]
[[    (void)kernel;
    (void)index;]])

mutant(DPC nt/hot_add.c "DPCs that wait for a processor are not run when it comes"
[[    ha_dpcs_start(add->kernel, add->index);]]
[[]])

mutant(DPC nt/dpc.c "a DPC may go on at the IRQL that the one before left"
[[    ha_thread_set_irql(thread, DISPATCH_LEVEL);
    thread->stamp.driver = 0;]]
[[    thread->stamp.driver = 0;]])

mutant(DPC nt/dpc.c "a flush waits for nothing"
[[        if (queue->running && queue->running <= last)
            return false;]]
[[        if (queue->running && queue->running > last)
            return false;]])

mutant(DPC nt/ke_ipi.c "a broadcast forgets the last processor"
[[    for (uint32_t i = 0; i < broadcast.left; i++)
        if (i != self]]
[[    for (uint32_t i = 0; i + 1 < broadcast.left; i++)
        if (i != self]])

mutant(DPC core/processor.c "a thread runs beside a DPC of its processor"
[[    if (processor->top && processor->top != thread)
        return false;]]
[[    if (processor->top && processor->top == thread)
        return false;]])

mutant(DPC nt/ke_timer.c "a timer that repeats expires once"
[[    if (is_lost || !was.period_ns) {]]
[[    if (is_lost || was.period_ns) {]])

mutant(DPC nt/ke_timer.c "a timer that runs out wakes nobody"
[[    ha_dispatcher_signal(kernel, &was.timer->Header);]]
[[]])

mutant(SCHED core/queue.c "of events that are due together the last one comes first"
[[a->due_ns < b->due_ns : a->order < b->order;]]
[[a->due_ns < b->due_ns : a->order > b->order;]])

mutant(SCHED core/queue.c "time stands still"
[[    world->time_ns = due.due_ns;]]
[[    world->time_ns += 0;]])

mutant(SCHED core/tape.c "a token leads into an order of its own"
[[    question.number = world->tape.asked++;]]
[[    question.number = ++world->tape.asked;]])

mutant(SCHED sim/triggers.c "a fault strikes one time too late"
[[        uint32_t time = ++machine->triggers->fault[i].needed;]]
[[        uint32_t time = machine->triggers->fault[i].needed++;]])

mutant(SCHED sim/triggers.c "what waits for the end of a call begins with it"
[[        if (event->trigger == (entered ? HA_DURING_CALL : HA_AFTER_CALL) && !waiting->begun &&]]
[[        if (entered && !waiting->begun &&]])

mutant(SCHED core/deadlock.c "a deadlock names nobody"
[[    record->as.wait.holder = holder ? holder->stamp.thread : 0;]]
[[    record->as.wait.holder = 0;]])

/*
 * vocabulary_notify - the fields of records about PnP notification and callback objects
 *
 * No include guard: vocabulary.c alone includes this, where its macros are.
 */

static const struct ha_field iface[] = {
    FIELD("class", HA_SHAPE_GUID, as.iface.guid),
    FIELD("device", HA_SHAPE_NUMBER, as.iface.device),
    WORD("unit", as.iface.unit, ha_pnp_unit_name),
    FIELD("cause", HA_SHAPE_NUMBER, as.iface.cause),
};
static const struct ha_field iface_set[] = {
    WORD("routine", as.iface_set.routine, ha_routine_name),
    FIELD("class", HA_SHAPE_GUID, as.iface_set.guid),
    FIELD("device", HA_SHAPE_NUMBER, as.iface_set.device),
    FIELD("enable", HA_SHAPE_FLAG, as.iface_set.enable),
    FIELD("status", HA_SHAPE_STATUS, as.iface_set.status),
};
static const struct ha_field file[] = {
    FIELD("device", HA_SHAPE_NUMBER, as.file.device),
    FIELD("status", HA_SHAPE_STATUS, as.file.status),
};
static const struct ha_field rebalance[] = {
    FIELD("cause", HA_SHAPE_NUMBER, as.rebalance.cause),
    FIELD("of_memory", HA_SHAPE_FLAG, as.rebalance.of_memory),
};
static const struct ha_field pnp_reg[] = {
    WORD("category", as.pnp_reg.category, ha_pnp_category_name),
    FIELD("flags", HA_SHAPE_NUMBER, as.pnp_reg.flags),
    FIELD("class", HA_SHAPE_GUID, as.pnp_reg.guid),
    FIELD("function", HA_SHAPE_NUMBER, as.pnp_reg.function),
    FIELD("context", HA_SHAPE_NUMBER, as.pnp_reg.context),
    CALLED_AT(pnp_reg),
};
static const struct ha_field pnp_unreg[] = {
    FLAG_BIT("ex", HA_PNP_EX),
};
static const struct ha_field pnp_unreg_return[] = {
    FLAG_BIT("ex", HA_PNP_EX),
    FIELD("status", HA_SHAPE_STATUS, as.status.status),
};
static const struct ha_field pnp_hold[] = {
    FLAG_BIT("held", HA_PNP_HELD),
};
static const struct ha_field pnp_cb[] = {
    WORD("notification", as.pnp_cb.event, ha_pnp_event_name),
    FIELD("interface", HA_SHAPE_NUMBER, as.pnp_cb.interface),
    FIELD("function", HA_SHAPE_NUMBER, as.pnp_cb.function),
    FIELD("context", HA_SHAPE_NUMBER, as.pnp_cb.context),
    FIELD("Version", HA_SHAPE_NUMBER, as.pnp_cb.version),
    FIELD("Size", HA_SHAPE_NUMBER, as.pnp_cb.size),
    FIELD("live", HA_SHAPE_FLAG, as.pnp_cb.live),
    FIELD("replay", HA_SHAPE_FLAG, as.pnp_cb.replay),
    FIELD("second", HA_SHAPE_FLAG, as.pnp_cb.second),
    FIELD("late", HA_SHAPE_FLAG, as.pnp_cb.late),
};
static const struct ha_field ref[] = {
    FIELD("change", HA_SHAPE_SIGNED, as.ref.change),
    FIELD("count", HA_SHAPE_NUMBER, as.ref.count),
    FIELD("entry", HA_SHAPE_NUMBER, as.ref.entry),
};
static const struct ha_field ex_create[] = {
    FIELD("name", HA_SHAPE_TEXT, as.ex_create.name),
    FIELD("named", HA_SHAPE_FLAG, as.ex_create.named),
    FIELD("create", HA_SHAPE_FLAG, as.ex_create.create),
    FIELD("multiple", HA_SHAPE_FLAG, as.ex_create.multiple),
    FIELD("status", HA_SHAPE_STATUS, as.ex_create.status),
    FLAG_BIT("processor_add", HA_EX_PROCESSOR_ADD),
};
static const struct ha_field ex_reg[] = {
    FIELD("object", HA_SHAPE_NUMBER, as.ex_reg.object),
    FIELD("function", HA_SHAPE_NUMBER, as.ex_reg.function),
    FIELD("context", HA_SHAPE_NUMBER, as.ex_reg.context),
    FIELD("handle", HA_SHAPE_HANDLE, as.ex_reg.handle),
    FLAG_BIT("processor_add", HA_EX_PROCESSOR_ADD),
    CALLED_AT(ex_reg),
};
static const struct ha_field ex_unreg[] = {
    FLAG_BIT("waits", HA_EX_WAITS),
};
static const struct ha_field ex_notify[] = {
    FIELD("called", HA_SHAPE_NUMBER, as.ex_notify.called),
    FLAG_BIT("processor_add", HA_EX_PROCESSOR_ADD),
};

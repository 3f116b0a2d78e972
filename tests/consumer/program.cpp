// The public headers beside those of C++, and the driver of driver.c on a machine.
#include <string>

#include <hotadd/hotadd.h>

#include <iostream>
#include <memory>

extern "C" ha_driver_entry DriverEntry;

int main()
{
    ha_group_options group = {};
    group.maximum = 4;
    group.active_mask = 0x3;
    ha_machine_options options = {};
    options.partition.group = &group;
    options.partition.group_count = 1;
    std::string name = "mine";
    ha_machine *machine = nullptr;
    ha_error error = {};
    int32_t status = -1;

    if (ha_machine_create(&options, &machine, &error) != HA_OK) {
        std::cerr << "no machine: " << error.text << '\n';
        return 1;
    }
    std::unique_ptr<ha_machine, void (*)(ha_machine *)> owner(machine, ha_machine_destroy);
    ha_machine_load(machine, name.c_str(), DriverEntry);
    ha_machine_driver_status(machine, name.c_str(), &status);
    if (status != 0)
        std::cerr << "DriverEntry of " << name << " returned " << status << '\n';
    return status != 0;
}

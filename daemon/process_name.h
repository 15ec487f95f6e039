// The name of this process among the daemons of a database, and the machine's.
#pragma once

#include <string>

namespace dialerd::daemon {

std::string host_name();
// Another one at each call: processes of containers may share a host name and a process id.
std::string new_process_name();

}  // namespace dialerd::daemon

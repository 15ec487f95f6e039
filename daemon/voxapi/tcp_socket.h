// What the kernel does and knows about a TCP socket, where Asio has no word for it: tcp(7). Apart from Asio, since
// glibc's header, which Asio includes, knows less of it than Linux's own.
#pragma once

#include <chrono>
#include <cstdint>

namespace dialerd::daemon::voxapi {

// After this long without the peer's acknowledgement the kernel gives up what was written to the socket
// (TCP_USER_TIMEOUT). Best effort.
void limit_delivery(int socket, std::chrono::milliseconds time);

// How many bytes the kernel has received on this connection up to now, read or unread; 0 when it does not tell.
std::uint64_t bytes_received(int socket);

}  // namespace dialerd::daemon::voxapi

// The API's addresses, asked for once by however many connections start at the same time: Asio looks names up one after
// the other on a thread of its own, so that sixty-four questions would take sixty-four times as long as one.
//
// On the loop only. Callbacks come from the loop, or at once when the answer is fresh.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <boost/system/error_code.hpp>

#include "daemon/voxapi/endpoint.h"
#include "daemon/voxapi/net.h"

namespace dialerd::daemon::voxapi {

struct Addresses {
  boost::system::error_code error;
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;  // in the order to try; not empty without an error
};

class AddressLookup : public std::enable_shared_from_this<AddressLookup> {
 public:
  AddressLookup(boost::asio::io_context& io, const Endpoint& endpoint);

  void ask(std::function<void(const Addresses&)> done);

 private:
  void answered(Addresses addresses);

  Resolver resolver_;
  std::string host_;
  std::string port_;
  Addresses known_;
  Clock::time_point fresh_until_{};
  std::vector<std::function<void(const Addresses&)>> waiting_;
};

}  // namespace dialerd::daemon::voxapi

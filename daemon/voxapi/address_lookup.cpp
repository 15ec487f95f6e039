#include "daemon/voxapi/address_lookup.h"

#include <utility>

namespace dialerd::daemon::voxapi {
namespace {

// Long enough for the connections of one burst, short enough that a changed address is seen by the next.
constexpr std::chrono::seconds fresh_for{2};

}  // namespace

AddressLookup::AddressLookup(boost::asio::io_context& io, const Endpoint& endpoint)
    : resolver_(io.get_executor()), host_(endpoint.host), port_(endpoint.port) {}

void AddressLookup::ask(std::function<void(const Addresses&)> done) {
  if (Clock::now() < fresh_until_) {
    done(known_);
    return;
  }
  waiting_.push_back(std::move(done));
  if (waiting_.size() > 1) return;
  resolver_.async_resolve(
      host_, port_, boost::asio::ip::resolver_base::numeric_service,
      [self = shared_from_this()](const boost::system::error_code& error, const Resolver::results_type& results) {
        Addresses addresses{error, {}};
        for (const auto& result : results) addresses.endpoints.push_back(result.endpoint());
        self->answered(std::move(addresses));
      });
}

void AddressLookup::answered(Addresses addresses) {
  known_ = std::move(addresses);
  if (!known_.error) fresh_until_ = Clock::now() + fresh_for;
  for (const auto& done : std::exchange(waiting_, {})) done(known_);
}

}  // namespace dialerd::daemon::voxapi

#include "daemon/metrics/loop_lag.h"

#include <boost/asio/io_context.hpp>

namespace dialerd::daemon::metrics {

LoopLag::LoopLag(boost::asio::io_context& io, Metrics& metrics) : metrics_(metrics), timer_(io) { wait(); }

void LoopLag::wait() {
  timer_.expires_after(interval);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    metrics_.loop_lagged(std::chrono::steady_clock::now() - timer_.expiry());
    wait();
  });
}

}  // namespace dialerd::daemon::metrics

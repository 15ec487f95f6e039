// Measures how late the event loop comes to what is due: a timer of every 200 ms, told to the metrics. On the loop's
// thread; to be destroyed before the io_context, after the loop has stopped.
#pragma once

#include <chrono>

#include <boost/asio/steady_timer.hpp>

#include "daemon/metrics/metrics.h"

namespace dialerd::daemon::metrics {

class LoopLag {
 public:
  static constexpr std::chrono::milliseconds interval{200};

  LoopLag(boost::asio::io_context& io, Metrics& metrics);

 private:
  void wait();

  Metrics& metrics_;
  boost::asio::steady_timer timer_;
};

}  // namespace dialerd::daemon::metrics

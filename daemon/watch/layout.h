// Where on the screen of `dialerd status --watch` what stands: a snapshot and a size in, lines out. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "daemon/watch/line.h"
#include "daemon/watch/snapshot.h"

namespace dialerd::daemon::watch {

struct Size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

struct View {
  const Snapshot* snapshot = nullptr;  // null: the database has not answered yet
  std::string failure;                 // why it does not answer now; empty: it does
  std::chrono::seconds age{0};         // of the snapshot
  std::chrono::milliseconds interval{1000};
  // The local clock of who looks: "14:03", of another day "11-26 14:03".
  std::function<std::string(campaign::WallTime)> clock;
};

// At most size.rows lines of at most size.columns columns. What has no room is counted in a line of its own.
std::vector<Line> layout(const View& view, Size size);

// All of it, however high, without the line about keys: for a file or a pipe.
std::vector<Line> layout_whole(const View& view, std::size_t columns);

}  // namespace dialerd::daemon::watch

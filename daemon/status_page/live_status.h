// The status page's data, kept fresh while somebody looks: read from the database every two seconds on a storage thread
// of its own, which ends with its connection once nobody has asked for half a minute. Everybody is answered from
// memory, and while the database does not answer, with what it said last and that it does not.
//
// Belongs to the loop's thread; must outlive the loop's run.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/status_page/picture.h"
#include "daemon/storage_thread.h"
#include "storage/status_feed.h"

namespace dialerd::daemon::status_page {

class LiveStatus {
 public:
  static constexpr std::chrono::seconds interval{2};
  static constexpr std::chrono::seconds watched_for{30};  // after the last question
  // What is older is not answered with while a newer one is on its way.
  static constexpr std::chrono::seconds fresh{5};
  static constexpr std::chrono::seconds statement_timeout{5};
  // A reading that takes longer is not waited for. Less than what the page waits for an answer (web/src/main.js).
  static constexpr std::chrono::seconds patience{4};

  LiveStatus(boost::asio::io_context& io, storage::SessionSettings session, std::function<EnginePicture()> engine);

  // `answer` is called once with the JSON, at once or when the database has answered or failed.
  void ask(std::function<void(std::string json)> answer);

 private:
  using Clock = std::chrono::steady_clock;

  void read();
  void arrived(storage::Result<storage::StatusPicture> picture);
  void expect_answer();
  void answer_all(const std::string& failure);
  std::string dated(Clock::time_point now) const;

  boost::asio::io_context& io_;
  storage::SessionSettings session_;
  std::function<EnginePicture()> engine_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer patience_timer_;
  Clock::time_point asked_{};
  bool watched_ = false;
  bool reading_ = false;
  Clock::time_point reading_since_{};
  std::vector<std::function<void(std::string)>> waiting_;

  std::optional<storage::StatusPicture> picture_;
  Clock::time_point picture_at_{};
  std::string json_;  // as status_json made it; empty: nothing yet
  Clock::time_point json_at_{};

  std::unique_ptr<storage::StatusFeed> feed_;  // the thread's while it reads
  std::unique_ptr<StorageThread> thread_;      // last: it uses the feed
};

}  // namespace dialerd::daemon::status_page

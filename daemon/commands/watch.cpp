// `dialerd status --watch`: the live screen. The database is asked on a thread of its own, so that keys and the
// window's size are heeded while it does not answer.
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "config/load.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/storage_thread.h"
#include "daemon/watch/layout.h"
#include "daemon/watch/snapshot.h"
#include "daemon/watch/terminal.h"
#include "storage/calls_of_day.h"

namespace dialerd::daemon::commands {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr seconds calls_of_day_interval{30};
constexpr milliseconds statement_timeout_max{10000};
constexpr std::size_t columns_without_terminal = 100;
// Of the time the database is asked for nothing for at least four times as long as it takes to answer.
constexpr int rest_factor = 4;

// Those of campaign files that can be read: the screen has to work while somebody writes at one.
watch::ConfiguredLimits limits_of(const config::DaemonConfig& daemon) {
  watch::ConfiguredLimits limits;
  for (const config::Account& account : daemon.accounts) limits.accounts.emplace_back(account.name, account.limits);
  for (const std::filesystem::path& file : daemon.campaigns) {
    const auto campaign = config::load_campaign_config(file);
    if (campaign.value) limits.campaigns.emplace_back(campaign.value->name, campaign.value->limits);
  }
  return limits;
}

std::string local_clock(campaign::WallTime time) {
  const auto text = [](std::time_t at, const char* format) {
    std::tm local{};
    localtime_r(&at, &local);
    char written[32];
    std::strftime(written, sizeof written, format, &local);
    return std::string(written);
  };
  const std::time_t at = std::chrono::duration_cast<seconds>(time.time_since_epoch()).count();
  const bool today = text(at, "%F") == text(std::time(nullptr), "%F");
  return text(at, today ? "%H:%M" : "%m-%d %H:%M");
}

struct Answer {
  std::optional<storage::StatusPicture> picture;
  storage::CallsOfDay of_day;
  std::string failure;
  Clock::duration took{};
};

// Lives as long as the thread that reads for it.
class Reader {
 public:
  Answer read(storage::Session& session) {
    const Clock::time_point begin = Clock::now();
    Answer answer;
    auto picture = feed_.read(session);
    if (!picture) {
      answer.failure = picture.error().message;
      return answer;
    }
    if (!day_read_ || begin - *day_read_ >= calls_of_day_interval) {
      if (auto of_day = storage::calls_of_day(session)) of_day_ = std::move(*of_day);
      day_read_ = begin;
    }
    answer.picture = std::move(*picture);
    answer.of_day = of_day_;
    answer.took = Clock::now() - begin;
    return answer;
  }

 private:
  storage::StatusFeed feed_;
  storage::CallsOfDay of_day_;
  std::optional<Clock::time_point> day_read_;
};

// Hands the reading thread's answers over.
class Mailbox {
 public:
  Mailbox() : ready_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Mailbox() { close(ready_); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  int ready() const { return ready_; }

  void put(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
    (void)eventfd_write(ready_, 1);
  }

  std::optional<Answer> take() {
    eventfd_t count = 0;
    (void)eventfd_read(ready_, &count);
    const std::lock_guard lock(mutex_);
    return std::exchange(answer_, std::nullopt);
  }

 private:
  int ready_;
  std::mutex mutex_;
  std::optional<Answer> answer_;
};

ExitCode show_once(const storage::SessionSettings& settings, const watch::ConfiguredLimits& limits) {
  storage::Session session(settings);
  if (auto schema = session.check_schema(); !schema) {
    complain(schema.error().message);
    return exit_code_of(schema.error());
  }
  const Answer answer = Reader().read(session);
  if (!answer.picture) {
    complain(answer.failure);
    return ExitCode::database;
  }
  const watch::Snapshot snapshot = watch::make_snapshot(*answer.picture, answer.of_day, limits);
  watch::View view;
  view.snapshot = &snapshot;
  view.clock = local_clock;
  for (const watch::Line& line : watch::layout_whole(view, columns_without_terminal)) {
    std::string text = line.text();
    text.erase(text.find_last_not_of(' ') + 1);
    std::cout << text << '\n';
  }
  return ExitCode::ok;
}

}  // namespace

ExitCode watch_status(const StatusOptions& options) {
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd status --watch");
  if (!settings) return ExitCode::configuration;
  settings->statement_timeout = std::min(settings->statement_timeout, statement_timeout_max);
  const watch::ConfiguredLimits limits = limits_of(*config);
  if (!watch::Terminal::is_there()) return show_once(*settings, limits);
  {
    storage::Session session(*settings);
    if (auto schema = session.check_schema(); !schema && schema.error().kind == storage::ErrorKind::schema) {
      complain(schema.error().message);
      return ExitCode::schema;
    }
  }

  const auto interval = std::chrono::duration_cast<milliseconds>(std::chrono::duration<double>(options.interval));
  Mailbox mailbox;
  Reader reader;
  auto terminal = std::make_unique<watch::Terminal>();  // before the thread, which inherits the blocked signals
  std::optional<watch::Snapshot> snapshot;
  watch::View view;
  view.interval = interval;
  view.clock = local_clock;
  Clock::time_point snapshot_at{};
  auto thread = std::make_unique<StorageThread>(*settings);
  bool asking = false;
  Clock::time_point ask_at = Clock::now();
  const auto ask = [&] {
    asking = true;
    thread->post([&](StorageThread&, storage::Session& session) { mailbox.put(reader.read(session)); });
  };

  for (;;) {
    if (!asking && Clock::now() >= ask_at) ask();
    view.age = std::chrono::duration_cast<seconds>(Clock::now() - snapshot_at);
    view.snapshot = snapshot ? &*snapshot : nullptr;
    terminal->show(watch::layout(view, terminal->size()));
    const auto until = asking ? milliseconds{1000}
                              : std::clamp(std::chrono::duration_cast<milliseconds>(ask_at - Clock::now()),
                                           milliseconds{1}, milliseconds{1000});
    const watch::Terminal::Event event = terminal->wait(until, mailbox.ready());
    if (event.quit) break;
    if (!event.also) continue;
    std::optional<Answer> answer = mailbox.take();
    if (!answer) continue;
    asking = false;
    view.failure = answer->failure;
    ask_at = Clock::now() + std::max<Clock::duration>(interval, rest_factor * answer->took);
    if (!answer->picture) continue;
    snapshot = watch::make_snapshot(*answer->picture, answer->of_day, limits);
    snapshot_at = Clock::now();
  }
  if (asking) {
    // A server that does not answer is not waited for: nothing here is half done.
    terminal.reset();
    std::_Exit(static_cast<int>(ExitCode::ok));
  }
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands

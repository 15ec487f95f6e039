#include "daemon/account_link.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/log.h"

namespace dialerd::daemon {
namespace {

// Moves up to `n` elements from the front of one vector to another.
template <typename T>
void take(std::vector<T>& from, std::size_t n, std::vector<T>& to) {
  auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(n, from.size()));
  to.assign(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
  from.erase(from.begin(), end);
}

}  // namespace

struct AccountLink::Pass {
  voxapi::ListQuery query;
  std::function<void(const campaign::CallNews&)> news;
  std::function<void(bool, std::optional<std::chrono::seconds>)> ended;
  std::uint64_t generation = 0;  // of the ownership that it is made for
  std::int64_t unreadable = 0;
  bool clocks_agree = true;
  int pages = 0;
};

AccountLink::AccountLink(boost::asio::io_context& io, const Clock& clock, campaign::AccountIndex index,
                         std::string name, voxapi::ClientSettings settings)
    : clock_(clock), index_(index), name_(std::move(name)), client_(io, std::move(settings)) {}

void AccountLink::gained(storage::Ownership ownership, campaign::MonoTime lease_until) {
  ownership_ = std::move(ownership);
  lease_until_ = lease_until;
  ++generation_;
}

void AccountLink::lost() {
  ownership_.reset();
  ++generation_;
  pending_ = {};
  write_under_way_ = false;
}

void AccountLink::add(campaign::Write write) {
  auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(pending_.records, write.records);
  append(pending_.settlements, write.settlements);
}

std::shared_ptr<storage::WriteBatch> AccountLink::take_batch() {
  auto batch = std::make_shared<storage::WriteBatch>();
  batch->owner = *ownership_;
  take(pending_.records, write_rows_max, batch->records);
  // A settlement may follow a record of the same attempt: never overtake it.
  if (pending_.records.empty()) take(pending_.settlements, write_rows_max - batch->records.size(), batch->settlements);
  write_under_way_ = true;
  return batch;
}

void AccountLink::list(const campaign::ListPass& pass, std::function<void(const campaign::CallNews&)> news,
                       std::function<void(bool, std::optional<std::chrono::seconds>)> ended) {
  auto begun = std::make_shared<Pass>();
  begun->query.start_at_after = pass.start_at_after;
  begun->news = std::move(news);
  begun->ended = std::move(ended);
  begun->generation = generation_;
  next_page(std::move(begun));
}

void AccountLink::next_page(std::shared_ptr<Pass> pass) {
  client_.list_calls(pass->query, [this, pass](voxapi::ListAnswer answer) {
    if (pass->generation != generation_) return;
    if (!answer.page) {
      log::warning("account " + name_ + ": listing calls failed: " + answer.failure->detail);
      pass->ended(false, answer.failure->retry_after);
      return;
    }
    for (const campaign::CallNews& news : answer.page->calls) pass->news(news);
    pass->unreadable += answer.page->unreadable_items;
    pass->clocks_agree = pass->clocks_agree && clocks_agree(*answer.page);
    if (answer.page->next_cursor.empty()) {
      if (pass->unreadable > 0) {
        log::warning("account " + name_ + ": " + std::to_string(pass->unreadable) +
                     " calls of a listing could not be read");
      }
      if (!pass->clocks_agree) {
        log::warning("account " + name_ +
                     ": the provider's clock and the database's differ by more than two minutes, or the " +
                     "provider tells no time; calls in doubt stay in doubt");
      }
      // What could not be read, or lies outside the times asked for, may have been the call that is looked for.
      pass->ended(pass->unreadable == 0 && pass->clocks_agree, std::nullopt);
    } else if (++pass->pages >= pages_max || answer.page->next_cursor == pass->query.cursor) {
      log::error("account " + name_ + ": a listing of calls does not end (" + std::to_string(pass->pages) + " pages)");
      pass->ended(false, std::nullopt);
    } else {
      pass->query.cursor = std::move(answer.page->next_cursor);
      next_page(pass);
    }
  });
}

bool AccountLink::clocks_agree(const voxapi::ListPage& page) const {
  if (!page.server_time) return false;
  return std::chrono::abs(*page.server_time - clock_.now().wall) <= clock_difference_max;
}

}  // namespace dialerd::daemon

#include "daemon/account_link.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/log.h"

namespace dialerd::daemon {
namespace {

// Moves up to `n` elements from the front.
template <typename T>
void take(std::deque<T>& from, std::size_t n, std::vector<T>& to) {
  auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(n, from.size()));
  to.assign(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
  from.erase(from.begin(), end);
}

}  // namespace

AccountLink::AccountLink(const Clock& clock, campaign::AccountIndex index, std::string name,
                         std::unique_ptr<voxapi::Client> client)
    : clock_(clock), index_(index), name_(std::move(name)), client_(std::move(client)) {}

void AccountLink::talk_by(std::unique_ptr<voxapi::Client> client) {
  std::erase_if(former_clients_, [](const auto& former) {
    const voxapi::ClientStatistics left = former->statistics();
    return left.connections_open == 0 && left.requests_waiting == 0;
  });
  client_->close();
  former_clients_.push_back(std::exchange(client_, std::move(client)));
}

void AccountLink::gained(storage::Ownership ownership, campaign::MonoTime lease_until) {
  ownership_ = std::move(ownership);
  lease_until_ = lease_until;
  conditions.reset();
  clock_record = {};
  owned_by.clear();
  ++generation_;
}

void AccountLink::lost() {
  ownership_.reset();
  ++generation_;
  pending_ = {};
  writes_under_way_ = 0;
}

void AccountLink::add(campaign::Write write) {
  auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(pending_.records, write.records);
  append(pending_.settlements, write.settlements);
  append(pending_.details, write.details);
  append(pending_.late_news, write.late_news);
}

bool AccountLink::write_due() const {
  return writes_under_way_ == 0 ? !pending_.empty() : writes_under_way_ == 1 && pending_.size() >= write_rows_max;
}

std::shared_ptr<storage::WriteBatch> AccountLink::take_batch() {
  auto batch = std::make_shared<storage::WriteBatch>();
  batch->owner = *ownership_;
  take(pending_.records, write_rows_max, batch->records);
  // A settlement may follow a record of the same attempt: never overtake it.
  if (pending_.records.empty()) take(pending_.settlements, write_rows_max - batch->records.size(), batch->settlements);
  take(pending_.details, write_rows_max, batch->details);
  take(pending_.late_news, write_rows_max, batch->late_news);
  ++writes_under_way_;
  return batch;
}

void AccountLink::list(const campaign::ListPage& page, std::function<void(const campaign::ListPageAnswer&)> answered) {
  voxapi::ListQuery query;
  query.start_at_after = page.start_at_after;
  query.cursor = page.cursor;
  query.numbers = page.numbers;
  auto done = [this, generation = generation_, answered = std::move(answered)](const voxapi::ListAnswer& answer) {
    if (generation != generation_) return;
    campaign::ListPageAnswer told;
    if (!answer.page) {
      log::warning("account " + name_ + ": listing calls failed: " + answer.failure->detail, {.account = name_});
      told.retry_after = answer.failure->retry_after;
      return answered(told);
    }
    told.calls = answer.page->calls;
    told.listed = true;
    told.next_cursor = answer.page->next_cursor;
    // What could not be read, or lies outside the times asked for, may have been the call that is looked for.
    told.proves_absence = readable(*answer.page) && clocks_agree(*answer.page);
    if (const auto server = answer.page->server_time) {
      told.clock_behind =
          std::max<std::chrono::milliseconds>(clock_.now().wall - *server, std::chrono::milliseconds{0});
    }
    answered(told);
  };
  client_->list_calls(query, std::move(done));
}

bool AccountLink::readable(const voxapi::ListPage& page) const {
  if (page.unreadable_items == 0) return true;
  log::warning(
      "account " + name_ + ": " + std::to_string(page.unreadable_items) + " calls of a listing could not be read",
      {.account = name_});
  return false;
}

bool AccountLink::clocks_agree(const voxapi::ListPage& page) {
  bool agree = page.server_time && std::chrono::abs(*page.server_time - clock_.now().wall) <= clock_difference_max;
  if (agree != clocks_agreed_) {
    clocks_agreed_ = agree;
    log::warning(
        "account " + name_ +
            (agree ? ": the provider's clock and the database's agree again"
                   : ": the provider's clock and the database's differ by more than two minutes, or the provider "
                     "tells no time; calls in doubt stay in doubt"),
        {.account = name_});
  }
  return agree;
}

}  // namespace dialerd::daemon

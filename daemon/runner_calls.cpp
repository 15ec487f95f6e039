// The way of a lead through the shell: claim, dial, write, list, look up.
#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <utility>

#include "failpoint/failpoint.h"
#include <boost/asio/post.hpp>
#include <openssl/rand.h>

#include "daemon/boot_time.h"
#include "daemon/log.h"
#include "daemon/metrics/metrics.h"
#include "daemon/runner.h"

namespace dialerd::daemon {
namespace {

using storage::ErrorKind;

std::vector<campaign::AttemptId> new_attempt_ids(std::int64_t n, campaign::WallTime now) {
  std::vector<std::array<std::uint8_t, 10>> random(static_cast<std::size_t>(n));
  if (RAND_bytes(random.front().data(), static_cast<int>(random.size() * random.front().size())) != 1) {
    throw std::runtime_error("the system's random numbers cannot be read");
  }
  std::vector<campaign::AttemptId> ids;
  ids.reserve(random.size());
  for (const auto& bits : random) ids.push_back(campaign::make_attempt_id(now, bits));
  // Within one millisecond the random bits decide the order; leads take the ids in due order.
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::size_t rows_of(const storage::WriteBatch& batch) {
  return batch.records.size() + batch.settlements.size() + batch.details.size() + batch.late_news.size();
}

// Its rows from `begin` to `end`, counted through in the order in which they are written.
storage::WriteBatch part_of(const storage::WriteBatch& batch, std::size_t begin, std::size_t end) {
  storage::WriteBatch part;
  part.owner = batch.owner;
  std::size_t before = 0;
  auto take = [&](const auto& rows, auto& to) {
    auto place = [&](std::size_t row) {
      return static_cast<std::ptrdiff_t>(std::clamp(row, before, before + rows.size()) - before);
    };
    to.assign(rows.begin() + place(begin), rows.begin() + place(end));
    before += rows.size();
  };
  take(batch.records, part.records);
  take(batch.settlements, part.settlements);
  take(batch.details, part.details);
  take(batch.late_news, part.late_news);
  return part;
}

// Of a batch of one row.
campaign::AttemptId attempt_of(const storage::WriteBatch& batch) {
  if (!batch.records.empty()) return batch.records[0].attempt;
  if (!batch.settlements.empty()) return batch.settlements[0].attempt;
  return batch.details.empty() ? batch.late_news[0].attempt : batch.details[0].attempt;
}

bool may_be_repeated(const storage::Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::in_doubt;
}

metrics::ClaimFailure failure_of(ErrorKind kind) {
  using metrics::ClaimFailure;
  switch (kind) {
    case ErrorKind::unavailable:
      return ClaimFailure::unavailable;
    case ErrorKind::in_doubt:
      return ClaimFailure::in_doubt;
    case ErrorKind::not_owner:
      return ClaimFailure::not_owner;
    case ErrorKind::schema:
      return ClaimFailure::schema;
    case ErrorKind::refused:
      break;
  }
  return ClaimFailure::refused;
}

struct RefusedRow {
  campaign::AttemptId attempt;
  std::string message;
};

// Writes until it is written, or the account is no longer ours, or the thread stops. What the database refuses is
// narrowed down to the rows that it refuses, so that one bad row does not keep the others from being written. Returns
// those rows. `waits` is told before each pause, on this thread.
storage::Result<std::vector<RefusedRow>> write_all(StorageThread& thread, storage::Session& session,
                                                   const storage::WriteBatch& batch,
                                                   const std::function<void(const storage::Error&)>& waits) {
  storage::Backoff backoff;
  storage::Result<void> written = session.write(batch);
  // A missing schema too: whoever is at it will be done some time, and until then nothing may be dropped.
  while (!written && (may_be_repeated(written.error()) || written.error().kind == ErrorKind::schema)) {
    waits(written.error());
    if (!thread.wait(backoff)) return written.error();
    written = session.write(batch);
  }
  if (written) return std::vector<RefusedRow>{};
  if (written.error().kind != ErrorKind::refused) return written.error();
  std::size_t rows = rows_of(batch);
  if (rows == 1) return std::vector<RefusedRow>{{attempt_of(batch), written.error().message}};
  std::vector<RefusedRow> refused;
  for (const storage::WriteBatch& part : {part_of(batch, 0, rows / 2), part_of(batch, rows / 2, rows)}) {
    auto part_written = write_all(thread, session, part, waits);
    if (!part_written) return part_written.error();
    refused.insert(refused.end(), part_written->begin(), part_written->end());
  }
  return refused;
}

}  // namespace

void Runner::claim(const campaign::Claim& claim) {
  const CampaignLink& campaign = campaign_of(claim.campaign);
  AccountLink& account = *accounts_[campaign.account];
  storage::ClaimRequest request;
  request.owner = *account.ownership();
  request.campaign = claim.campaign;
  request.attempts = new_attempt_ids(claim.leads, clock_.now().wall);
  request.clocks = claim.clocks;
  request.rules = campaign.rules;
  request.lead_fields = campaign.lead_fields;

  claim_thread_.post([this, &account, claim, asked = boot_time(), request = std::move(request)](
                         StorageThread& thread, storage::Session& session) {
    auto result = session.claim(request);
    if (!result && result.error().kind == ErrorKind::in_doubt) {
      // Until it is known which leads the claim took, nothing else may be said of them.
      storage::Backoff backoff;
      do {
        if (!thread.wait(backoff)) break;
        result = session.read_back(request);
      } while (!result && may_be_repeated(result.error()));
    }
    boost::asio::post(io_, [this, &account, claim, asked, result = std::move(result)]() mutable {
      const auto took = boot_time() - asked;
      if (result) {
        storage_worked(StorageUse::claims);
        metrics_->claimed(account.name(), campaign_of(claim.campaign).name,
                          {static_cast<std::int64_t>(result->leads.size()), result->deferred, result->suppressed},
                          took);
        if (result->deferred + result->suppressed > 0) {
          log::debug("campaign " + campaign_of(claim.campaign).name + ": " + std::to_string(result->deferred) +
                         " due leads put off by a cap or lock-out, " + std::to_string(result->suppressed) +
                         " done as suppressed",
                     {.campaign = campaign_of(claim.campaign).name, .account = account.name()});
        }
        campaign::ClaimAnswer answer{std::move(result->leads), result->next_due, result->any_ready, result->wish,
                                     std::move(result->blocked)};
        engine_.claimed(clock_.now(), claim.campaign, claim.number, std::move(answer));
      } else {
        metrics_->claim_failed(account.name(), failure_of(result.error().kind), took);
        engine_.claim_failed(clock_.now(), claim.campaign, claim.number);
        if (result.error().kind == ErrorKind::not_owner) {
          // The lease may just have run out for want of a renewal; the next renewal tells who owns the account.
          renew_lease(account);
        } else {
          storage_failed(result.error(), StorageUse::claims);
        }
      }
      schedule_tick();
    });
  });
}

void Runner::recheck(const campaign::Recheck& recheck) {
  const CampaignLink& campaign = campaign_of(recheck.campaign);
  AccountLink& account = *accounts_[campaign.account];
  storage::RecheckRequest request;
  request.owner = *account.ownership();
  request.campaign = recheck.campaign;
  request.attempts = recheck.attempts;
  request.rules = campaign.rules;
  claim_thread_.post([this, &account, generation = account.generation(), request = std::move(request)](
                         StorageThread&, storage::Session& session) {
    campaign::MonoTime asked = boot_time();
    auto refusals = session.recheck(request);
    boost::asio::post(io_, [this, &account, generation, asked, id = request.campaign, refusals = std::move(refusals)] {
      if (generation != account.generation()) return;
      if (refusals) {
        storage_worked(StorageUse::claims);
        engine_.rechecked(clock_.now(), asked, id, *refusals);
      } else {
        // Nothing is dialled that the database was not asked about: these wait until it answers, or are too late.
        if (refusals.error().kind != ErrorKind::not_owner) storage_failed(refusals.error(), StorageUse::claims);
        engine_.recheck_failed(clock_.now(), id);
      }
      schedule_tick();
    });
  });
}

void Runner::dial(campaign::Call call) {
  AccountLink& account = *accounts_[static_cast<std::size_t>(call.account)];
  // Also before the lease can have passed to somebody else.
  campaign::MonoTime send_by = std::min(call.send_by, account.lease_until() - lease_margin());
  ++counters_.dialled;
  failpoint::hit("post.before_dialling");
  account.client().create_call(
      call.request, send_by,
      [this, &account, attempt = call.attempt, of = call.campaign, generation = account.generation(),
       begun = boot_time()](campaign::CreateAnswer answer) {
        metrics_->post_answered(account.name(), campaign_of(of).name, answer.kind, boot_time() - begun);
        switch (answer.kind) {
          case campaign::AnswerKind::accepted:
            ++counters_.accepted;
            break;
          case campaign::AnswerKind::unknown:
            ++counters_.unknown;
            log::warning("attempt " + to_string(attempt) + ": the answer is in doubt: " + answer.detail,
                         about_attempt(account, attempt, of, &log::message::answer_in_doubt));
            break;
          default:
            log::debug("attempt " + to_string(attempt) + ": no call: " + answer.detail,
                       about_attempt(account, attempt, of));
        }
        failpoint::hit("post.answered");
        const bool awaited = engine_.answered(clock_.now(), attempt, answer);
        // With the ownership its attempts go, and whoever has it then finds out about them.
        if (!awaited && generation == account.generation()) metrics_->violated(metrics::Invariant::answer_unmatched);
        schedule_tick();
      });
}

void Runner::write(AccountLink& account) {
  std::shared_ptr<storage::WriteBatch> batch = account.take_batch();
  write_thread_.post([this, &account, generation = account.generation(), batch, begun = boot_time()](
                         StorageThread& thread, storage::Session& session) {
    auto refused = write_all(thread, session, *batch, [this](const storage::Error& error) {
      boost::asio::post(io_, [this, error] { storage_failed(error, StorageUse::writes); });
    });
    boost::asio::post(io_, [this, &account, generation, batch, begun, refused = std::move(refused)] {
      storage_worked(StorageUse::writes);
      if (generation != account.generation()) return;
      account.batch_ended();
      if (!refused && refused.error().kind == ErrorKind::not_owner) {
        lost(account, "another daemon has taken it");
      } else if (!refused) {
        storage_failed(refused.error(), StorageUse::writes);
      } else {
        const std::size_t rows = rows_of(*batch) - refused->size();
        for (const RefusedRow& row : *refused) {
          metrics_->violated(metrics::Invariant::write_refused);
          // Not told to the engine: the attempt stays unwritten and keeps its permits, visible and safe. A bug of ours.
          log::error(
              "attempt " + to_string(row.attempt) + ": the database refuses to record it: " + row.message,
              about_attempt(account, row.attempt, engine_.campaign_of(row.attempt), &log::message::record_refused));
          std::erase_if(batch->records, [&](const campaign::Record& record) { return record.attempt == row.attempt; });
          std::erase_if(batch->settlements,
                        [&](const campaign::Settlement& settlement) { return settlement.attempt == row.attempt; });
        }
        metrics_->written(account.name(), static_cast<std::int64_t>(rows), boot_time() - begun);
        for (const campaign::Settlement& settlement : batch->settlements) {
          metrics_->settled(account.name(), campaign_of(settlement.campaign).name, settlement);
        }
        counters_.settled += static_cast<std::int64_t>(batch->settlements.size());
        campaign::Write written{account.index(), std::move(batch->records), std::move(batch->settlements), {}, {}};
        failpoint::hit("outcomes.before_stored");
        engine_.stored(clock_.now(), account.index(), written);
      }
      schedule_tick();
    });
  });
}

void Runner::list(const campaign::ListPage& page) {
  AccountLink& account = *accounts_[static_cast<std::size_t>(page.account)];
  account.list(page, [this, &account](const campaign::ListPageAnswer& answer) {
    metrics_->follow_answered(account.name(), metrics::FollowRequest::list, answer.listed);
    engine_.list_page_answered(clock_.now(), account.index(), answer);
    schedule_tick();
  });
}

void Runner::look_up(const campaign::LookUp& look_up) {
  AccountLink& account = *accounts_[static_cast<std::size_t>(look_up.account)];
  std::uint64_t generation = account.generation();
  account.client().get_call(
      look_up.call_id, [this, &account, generation, attempt = look_up.attempt](voxapi::GetAnswer answer) {
        if (generation != account.generation()) return;
        metrics_->follow_answered(account.name(), metrics::FollowRequest::look_up, !answer.failure);
        if (answer.failure)
          log::warning("attempt " + to_string(attempt) + ": looking it up failed: " + answer.failure->detail,
                       about_attempt(account, attempt, engine_.campaign_of(attempt)));
        engine_.looked_up(clock_.now(), account.index(), attempt, answer.call);
        schedule_tick();
      });
}

}  // namespace dialerd::daemon

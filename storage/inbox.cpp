// Webhooks between their arrival and the moment when the account's owner knows of them.
#include "storage/inbox.h"

#include <map>
#include <utility>

#include "storage/array_text.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// RETURNING tells only what was inserted, so what was there already is missing from it.
const std::string keep_sql = R"sql(
insert into dialerd.webhook_event (account, digest, event, version, call_id, attempt_id, trusted, body)
select account, decode(digest, 'hex'), event, version, call_id, attempt_id, trusted, body
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::boolean[], $8::text[])
  as w (account, digest, event, version, call_id, attempt_id, trusted, body)
on conflict (account, digest) do nothing
returning event_id, account, encode(digest, 'hex')
)sql";

const std::string pending_sql = R"sql(
select p.event_id, p.account, p.event, p.version, p.call_id, p.attempt_id, p.trusted,
       case when p.trusted then p.body else '' end
from unnest($1::text[]) as a (account)
cross join lateral (
  select * from dialerd.webhook_event e
  where e.account = a.account and e.handled_at is null
  order by e.event_id limit $2
) as p
order by p.event_id limit $2
)sql";

// An attempt is in the database before its POST leaves, so of an id that is not there no call of ours can tell. Of a
// person who was forgotten (0009_retention) what was said is not kept.
const std::string handled_sql = R"sql(
update dialerd.webhook_event e
set handled_at = clock_timestamp(),
    body = case when exists (select from dialerd.attempt a
                             where a.attempt_id = e.attempt_id and a.account = e.account and a.person is null)
                then '' else e.body end,
    verdict = case when e.attempt_id is not null
                        and not exists (select from dialerd.attempt a
                                        where a.attempt_id = e.attempt_id and a.account = e.account)
                   then 'unknown_call' else h.verdict end
from unnest($1::bigint[], $2::text[]) as h (event_id, verdict)
where e.event_id = h.event_id and e.handled_at is null
)sql";

std::string hex(const std::array<std::uint8_t, 32>& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace

Result<std::vector<std::optional<std::int64_t>>> Session::keep_webhooks(const std::vector<Webhook>& webhooks) {
  std::vector<std::optional<std::int64_t>> kept(webhooks.size());
  if (webhooks.empty()) return kept;
  // The first of equal ones. In one order for everybody: daemons that insert the same events wait for each other.
  std::map<std::pair<std::string, std::string>, std::size_t> first;
  for (std::size_t i = 0; i < webhooks.size(); ++i) {
    first.try_emplace({webhooks[i].account, hex(webhooks[i].digest)}, i);
  }
  ArrayText account, digest, event, version, call_id, attempt, trusted, body;
  for (const auto& [key, place] : first) {
    const Webhook& webhook = webhooks[place];
    account.add(key.first);
    digest.add_token(key.second);
    event.add(webhook.event);
    version.add(webhook.version);
    call_id.add(webhook.call_id);
    webhook.attempt ? attempt.add_token(to_string(*webhook.attempt)) : attempt.add_null();
    trusted.add_token(webhook.trusted ? "true" : "false");
    body.add(webhook.body);
  }
  Result<void> done = run("keeping webhooks", [&](Transaction& transaction) -> Result<void> {
    kept.assign(webhooks.size(), std::nullopt);
    const pqxx::result inserted =
        transaction.exec(keep_sql, account.text(), digest.text(), event.text(), version.text(), call_id.text(),
                         attempt.text(), trusted.text(), body.text());
    for (const auto& row : inserted) kept[first.at({text_at(row, 1), text_at(row, 2)})] = number_at(row, 0);
    return {};
  });
  if (done.has_error()) return done.error();
  return kept;
}

Result<std::vector<PendingWebhook>> Session::pending_webhooks(const std::vector<std::string>& accounts,
                                                              std::int64_t most) {
  std::vector<PendingWebhook> pending;
  if (accounts.empty()) return pending;
  ArrayText names;
  for (const std::string& account : accounts) names.add(account);
  Result<void> done = run("reading webhooks", [&](Transaction& transaction) -> Result<void> {
    pending.clear();
    for (const auto& row : transaction.exec(pending_sql, names.text(), most)) {
      PendingWebhook one;
      one.id = number_at(row, 0);
      one.webhook.account = text_at(row, 1);
      one.webhook.event = text_at(row, 2);
      one.webhook.version = text_at(row, 3);
      one.webhook.call_id = text_at(row, 4);
      if (!null_at(row, 5)) one.webhook.attempt = campaign::parse_attempt_id(text_at(row, 5));
      one.webhook.trusted = flag_at(row, 6);
      one.webhook.body = text_at(row, 7);
      pending.push_back(std::move(one));
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return pending;
}

Result<void> Session::webhooks_handled(const std::vector<HandledWebhook>& handled) {
  if (handled.empty()) return {};
  ArrayText ids, verdicts;
  for (const HandledWebhook& one : handled) {
    ids.add_number(one.id);
    verdicts.add_token(one.verdict == HandledWebhook::Verdict::news ? "news" : "hint");
  }
  return run("closing webhooks", [&](Transaction& transaction) -> Result<void> {
    transaction.exec(handled_sql, ids.text(), verdicts.text());
    return {};
  });
}

}  // namespace dialerd::storage

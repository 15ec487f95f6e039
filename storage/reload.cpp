#include "storage/reload.h"

#include "storage/array_text.h"
#include "storage/transaction.h"

namespace dialerd::storage {

Result<AskedReload> ask_reload(Session& session, const std::string& who) {
  AskedReload asked;
  Result<void> done = session.run("asking for a reload", [&](Transaction& transaction) -> Result<void> {
    asked = {};
    transaction.exec("delete from dialerd.reload_request where requested_at < clock_timestamp() - interval '30 days'");
    asked.id =
        number_at(transaction.exec("insert into dialerd.reload_request (requested_by) values ($1) returning request_id",
                                   storable_text(who))[0],
                  0);
    for (const auto& row :
         transaction.exec("select owner from dialerd.daemon where seen_until > clock_timestamp() and accepting "
                          "order by owner")) {
      asked.daemons.push_back(text_at(row, 0));
    }
    transaction.exec("select pg_notify('dialerd', $1)", "reload " + std::to_string(asked.id));
    return {};
  });
  if (done.has_error()) return done.error();
  return asked;
}

Result<std::vector<ReloadAnswer>> reload_answers(Session& session, std::int64_t request) {
  std::vector<ReloadAnswer> answers;
  Result<void> done = session.run("reading answers to a reload", [&](Transaction& transaction) -> Result<void> {
    answers.clear();
    for (const auto& row : transaction.exec(
             "select owner, ok, answer from dialerd.reload_answer where request_id = $1 order by owner", request)) {
      answers.push_back({text_at(row, 0), flag_at(row, 1), text_at(row, 2)});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return answers;
}

Result<std::vector<std::string>> silent_daemons(Session& session, const std::vector<std::string>& owners) {
  ArrayText names;
  for (const std::string& owner : owners) names.add(owner);
  std::vector<std::string> silent;
  Result<void> done = session.run("looking for daemons", [&](Transaction& transaction) -> Result<void> {
    silent.clear();
    for (const auto& row :
         transaction.exec("select a.owner from unnest($1::text[]) as a (owner) where not exists ("
                          "select from dialerd.daemon d where d.owner = a.owner and d.seen_until > clock_timestamp())",
                          names.text())) {
      silent.push_back(text_at(row, 0));
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return silent;
}

Result<std::int64_t> last_reload_request(Session& session, std::chrono::milliseconds ago) {
  std::int64_t last = 0;
  Result<void> done = session.run("reading reload requests", [&](Transaction& transaction) -> Result<void> {
    last = number_at(transaction.exec("select coalesce(max(request_id), 0) from dialerd.reload_request "
                                      "where requested_at < clock_timestamp() - $1::bigint * interval '1 millisecond'",
                                      static_cast<std::int64_t>(ago.count()))[0],
                     0);
    return {};
  });
  if (done.has_error()) return done.error();
  return last;
}

Result<std::vector<ReloadRequest>> reload_requests(Session& session, std::int64_t after, const std::string& owner) {
  std::vector<ReloadRequest> requests;
  Result<void> done = session.run("reading reload requests", [&](Transaction& transaction) -> Result<void> {
    requests.clear();
    for (const auto& row :
         transaction.exec("select request_id, requested_by from dialerd.reload_request q where request_id > $1 "
                          "and not exists (select from dialerd.reload_answer a "
                          "                where a.request_id = q.request_id and a.owner = $2) order by request_id",
                          after, owner)) {
      requests.push_back({number_at(row, 0), text_at(row, 1)});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return requests;
}

Result<void> answer_reload(Session& session, std::int64_t request, const ReloadAnswer& answer) {
  return session.run("answering a reload", [&](Transaction& transaction) -> Result<void> {
    transaction.exec(
        "insert into dialerd.reload_answer (request_id, owner, ok, answer) "
        "select request_id, $2, $3, $4 from dialerd.reload_request where request_id = $1 on conflict do nothing",
        request, answer.owner, answer.ok, storable_text(answer.text));
    return {};
  });
}

}  // namespace dialerd::storage

#include "storage/import.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "storage/array_text.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// A chunk is COPYed into the table itself. COPY cannot step over a number that is there already, though, so a chunk
// that has one goes by way of a temporary table, which takes twice the time. It is gone again at the transaction's end,
// however that comes: behind a pooler the session is others' from then on.
const std::string make_staging_sql =
    "create temporary table import_lead "
    "(to_number text not null, fields jsonb not null, alternates text[] not null, timezone text, consent_at bigint, "
    " consent_expires_at bigint, night_consent boolean not null, call_at bigint, expires_at bigint) "
    "on commit drop";
const std::string staging_table = "pg_temp.import_lead";

// In the order of the file: of two rows with the same number the first is added, and leads are dialled by their ids.
const std::string add_leads_sql = R"sql(
insert into dialerd.lead (campaign_id, to_number, fields, import_id, alternates, timezone, consent_at,
                          consent_expires_at, night_consent, call_at, expires_at)
select $1, s.to_number, s.fields, $2, s.alternates, s.timezone,
       timestamptz 'epoch' + s.consent_at * interval '1 millisecond',
       timestamptz 'epoch' + s.consent_expires_at * interval '1 millisecond', s.night_consent,
       timestamptz 'epoch' + s.call_at * interval '1 millisecond',
       timestamptz 'epoch' + s.expires_at * interval '1 millisecond'
from pg_temp.import_lead s
on conflict (campaign_id, to_number) do nothing
)sql";

constexpr std::string_view unique_violation = "23505";

const std::string any_known_sql = R"sql(
select exists (select from unnest($2::text[]) as n (number)
               join dialerd.lead l on l.campaign_id = $1 and l.to_number = n.number)
)sql";

const std::vector<std::string> lead_columns = {"campaign_id",   "import_id", "to_number",  "fields",
                                               "alternates",    "timezone",  "consent_at", "consent_expires_at",
                                               "night_consent", "call_at",   "expires_at"};

const std::string add_rejects_sql = R"sql(
insert into dialerd.import_reject (import_id, row_number, reason, content)
select $1, r.row_number, r.reason, r.content
from unnest($2::bigint[], $3::text[], $4::text[]) as r (row_number, reason, content)
on conflict (import_id, row_number) do nothing
)sql";

std::string alternates_of(const ImportRow& row) {
  ArrayText numbers;
  for (const std::string& number : row.alternates) numbers.add(number);
  return numbers.text();
}

std::optional<std::int64_t> milliseconds_of(const std::optional<campaign::WallTime>& time) {
  if (!time) return std::nullopt;
  return storage::milliseconds_of(*time);
}

void stage_leads(Transaction& transaction, const std::vector<ImportRow>& rows) {
  transaction.exec(make_staging_sql);
  auto copy = transaction.copy_to(staging_table);
  for (const ImportRow& row : rows) {
    copy << std::make_tuple(storable_text(row.to_number), storable_text(row.fields_json), alternates_of(row),
                            row.timezone.empty() ? std::nullopt : std::optional(storable_text(row.timezone)),
                            milliseconds_of(row.consent_at), milliseconds_of(row.consent_expires_at), row.night_consent,
                            milliseconds_of(row.call_at), milliseconds_of(row.expires_at));
  }
  copy.complete();
}

std::optional<std::string> timestamp_of(const std::optional<campaign::WallTime>& time) {
  if (!time) return std::nullopt;
  const auto day = std::chrono::floor<std::chrono::days>(*time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{*time - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d.%03d+00", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(text.data());
}

// Asked rather than tried: the server would write the number that it refuses into its log.
bool has_duplicates(Transaction& transaction, std::int64_t campaign, const std::vector<ImportRow>& rows) {
  std::unordered_set<std::string_view> seen;
  seen.reserve(rows.size());
  ArrayText numbers;
  for (const ImportRow& row : rows) {
    if (!seen.insert(row.to_number).second) return true;
    numbers.add(row.to_number);
  }
  return flag_at(transaction.exec(any_known_sql, campaign, numbers.text())[0], 0);
}

std::int64_t copy_leads(Transaction& transaction, std::int64_t campaign, std::int64_t import_id,
                        const std::vector<ImportRow>& rows) {
  auto copy = transaction.copy_to("dialerd.lead", lead_columns);
  for (const ImportRow& row : rows) {
    copy << std::make_tuple(campaign, import_id, storable_text(row.to_number), storable_text(row.fields_json),
                            alternates_of(row),
                            row.timezone.empty() ? std::nullopt : std::optional(storable_text(row.timezone)),
                            timestamp_of(row.consent_at), timestamp_of(row.consent_expires_at), row.night_consent,
                            timestamp_of(row.call_at), timestamp_of(row.expires_at));
  }
  copy.complete();
  return static_cast<std::int64_t>(rows.size());
}

std::int64_t add_leads(Transaction& transaction, std::int64_t campaign, std::int64_t import_id,
                       const std::vector<ImportRow>& rows, bool may_copy) {
  if (rows.empty()) return 0;
  if (may_copy && !has_duplicates(transaction, campaign, rows)) {
    return copy_leads(transaction, campaign, import_id, rows);
  }
  stage_leads(transaction, rows);
  return static_cast<std::int64_t>(transaction.exec(add_leads_sql, campaign, import_id).affected_rows());
}

std::int64_t add_rejects(Transaction& transaction, std::int64_t import_id, const std::vector<ImportReject>& rejects) {
  ArrayText row_numbers, reasons, contents;
  for (const ImportReject& reject : rejects) {
    row_numbers.add_number(reject.row_number);
    reasons.add(reject.reason);
    contents.add(reject.content);
  }
  const pqxx::result added =
      transaction.exec(add_rejects_sql, import_id, row_numbers.text(), reasons.text(), contents.text());
  return static_cast<std::int64_t>(added.affected_rows());
}

}  // namespace

ImportWriter::ImportWriter(Session& session, campaign::CampaignId campaign, std::int64_t import_id)
    : session_(&session), campaign_(campaign), import_id_(import_id) {}

Result<ImportWriter> ImportWriter::begin(Session& session, campaign::CampaignId campaign,
                                         const std::string& file_name) {
  std::int64_t import_id = 0;
  Result<void> done = session.run("beginning an import", [&](Transaction& transaction) -> Result<void> {
    import_id = number_at(
        transaction.exec("insert into dialerd.import (campaign_id, file_name) values ($1, $2) returning import_id",
                         static_cast<std::int64_t>(campaign), storable_text(file_name))[0],
        0);
    return {};
  });
  if (done.has_error()) return done.error();
  return ImportWriter(session, campaign, import_id);
}

Result<ImportCounts> ImportWriter::write(const std::vector<ImportRow>& rows, const std::vector<ImportReject>& rejects) {
  Result<ImportCounts> counts = write_chunk(rows, rejects, true);
  // Another import may have added one of the numbers since they were looked for.
  const bool overtaken =
      counts.has_error() && counts.error().kind == ErrorKind::refused && counts.error().sqlstate == unique_violation;
  return overtaken ? write_chunk(rows, rejects, false) : counts;
}

Result<ImportCounts> ImportWriter::write_chunk(const std::vector<ImportRow>& rows,
                                               const std::vector<ImportReject>& rejects, bool may_copy) {
  ImportCounts counts;
  Result<void> done = session_->run(
      "importing leads",
      [&](Transaction& transaction) -> Result<void> {
        // For the checks of foreign keys, which plan anew for each row otherwise: half the speed of an import.
        transaction.exec("set local plan_cache_mode = auto");
        counts.added = add_leads(transaction, static_cast<std::int64_t>(campaign_), import_id_, rows, may_copy);
        counts.duplicates = static_cast<std::int64_t>(rows.size()) - counts.added;
        const std::int64_t rejected = add_rejects(transaction, import_id_, rejects);
        transaction.exec(
            "update dialerd.import set added = added + $2, duplicates = duplicates + $3, rejected = rejected + $4, "
            "  rows_read = rows_read + $5 where import_id = $1",
            import_id_, counts.added, counts.duplicates, rejected,
            static_cast<std::int64_t>(rows.size() + rejects.size()));
        return {};
      },
      Session::Repeat::harmful);
  if (done.has_error()) return done.error();
  return counts;
}

Result<void> ImportWriter::finish(std::int64_t rows_read) {
  return session_->run("finishing an import", [&](Transaction& transaction) -> Result<void> {
    transaction.exec("update dialerd.import set rows_read = $2, finished_at = now() where import_id = $1", import_id_,
                     rows_read);
    return {};
  });
}

}  // namespace dialerd::storage

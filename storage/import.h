// Writing an import's rows, chunk by chunk: each chunk is one transaction that COPYs its rows into the table of leads,
// so nothing half done is left and a broken off import is simply run again. A chunk with numbers that the campaign has
// is COPYed into a temporary table, and what the campaign does not have is added from there; that takes twice the time.
// The database's role needs the right TEMPORARY, which PostgreSQL gives to all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/time.h"
#include "storage/session.h"

namespace dialerd::storage {

struct ImportRow {
  std::int64_t row_number = 0;
  std::string to_number;
  std::string fields_json;                // a JSON object without \u0000, which jsonb does not hold
  std::vector<std::string> alternates{};  // further numbers to dial, in the order to try them
  std::string timezone{};                 // IANA name; empty: none of its own
  std::optional<campaign::WallTime> consent_at{};
  std::optional<campaign::WallTime> consent_expires_at{};
  bool night_consent = false;
  std::optional<campaign::WallTime> call_at{};  // a callback was promised for then
  std::optional<campaign::WallTime> expires_at{};
};

struct ImportReject {
  std::int64_t row_number = 0;
  std::string reason;
  std::string content;  // the row as it stood in the file; bytes that PostgreSQL cannot store become U+FFFD
};

struct ImportCounts {
  std::int64_t added = 0;
  std::int64_t duplicates = 0;
};

// One running import. Destroying it without finish() leaves `finished_at` null; what was written stays.
class ImportWriter {
 public:
  static Result<ImportWriter> begin(Session& session, campaign::CampaignId campaign, const std::string& file_name);

  // One transaction: leads that the campaign has already, or that stand twice in `rows`, are counted as duplicates and
  // change nothing. in_doubt: the chunk may be in; writing it again is safe for the leads, but counts those as
  // duplicates. refused: a number or a JSON text that the table does not take; nothing of the chunk is in.
  Result<ImportCounts> write(const std::vector<ImportRow>& rows, const std::vector<ImportReject>& rejects);
  Result<void> finish(std::int64_t rows_read);

 private:
  ImportWriter(Session& session, campaign::CampaignId campaign, std::int64_t import_id);

  Result<ImportCounts> write_chunk(const std::vector<ImportRow>& rows, const std::vector<ImportReject>& rejects,
                                   bool may_copy);

  Session* session_;
  campaign::CampaignId campaign_;
  std::int64_t import_id_;
};

}  // namespace dialerd::storage

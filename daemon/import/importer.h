// An import from the file's first byte to the last lead written: read, check, and write chunk by chunk.
//
//   ByteSource -> CsvReader -> LeadReader -> chunk -> LeadSink (the database)
//                                  \-> RejectFile
//
// Memory is bounded by two chunks, whatever the file's size. Nothing here knows of PostgreSQL: the sink does.
// Runs on the caller's thread; a sink's write() runs on another while the next chunk is being read, never two at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/campaign_config.h"
#include "daemon/import/byte_source.h"
#include "daemon/import/csv_reader.h"
#include "daemon/import/lead_reader.h"
#include "daemon/import/reject_file.h"
#include "storage/import.h"

namespace dialerd::daemon::import {

struct Chunk {
  std::vector<storage::ImportRow> rows;
  std::vector<storage::ImportReject> rejects;
  std::int64_t last_row = 0;  // all rows of the file up to this one are in this chunk or in one before it
  std::size_t size = 0;       // bytes of what the rows and rejects hold
};

// A chunk is written when it has this many rows and rejects, or bytes.
inline constexpr std::size_t chunk_rows_max = 10'000;
inline constexpr std::size_t chunk_size_max = std::size_t{16} * 1024 * 1024;

class LeadSink {
 public:
  virtual ~LeadSink() = default;
  virtual storage::Result<storage::ImportCounts> write(const Chunk& chunk) = 0;
};

struct Progress {
  std::uint64_t bytes_read = 0;
  std::int64_t rows_read = 0;
  std::int64_t rejected = 0;
};

struct Reject {
  std::int64_t row_number = 0;
  std::string reason;
};

struct Summary {
  std::int64_t rows_read = 0;  // leads in the file, good or bad: without the header and blank rows
  std::int64_t blank = 0;
  std::int64_t accepted = 0;  // of them good; without a sink nothing more is known of them
  std::int64_t added = 0;
  std::int64_t duplicates = 0;  // the campaign had the number already, or the file has it twice
  std::int64_t rejected = 0;
  std::map<std::string, std::int64_t> reasons;  // how many rejects by RowFault::reason
  std::vector<Reject> first_rejects;            // at most first_rejects_max

  std::int64_t written_up_to = 0;  // the last row of the file that is safely in the database, with all before it
  std::optional<storage::Error> database_error;  // the sink failed: what follows written_up_to is not in
  std::string read_error;                        // the file could not be read to its end
};

inline constexpr std::size_t first_rejects_max = 5;

class Importer {
 public:
  // Reads the header. `source` outlives the importer.
  Importer(ByteSource& source, const config::CampaignConfig& campaign, const config::LeadColumns& mapping);

  // What keeps the file from being imported at all; empty: go on. To be asked before anything else.
  const std::vector<std::string>& problems() const { return problems_; }
  const LeadLayout& layout() const { return leads_->layout(); }
  char delimiter() const { return csv_.delimiter(); }

  // Without a sink and a rejects file nothing is written: a dry run. `progress` is called every few hundred rows and at
  // the end.
  Summary run(LeadSink* sink, RejectFile* rejects, const std::function<void(const Progress&)>& progress);

 private:
  std::vector<std::string> read_columns();
  LeadSettings settings_of(const config::CampaignConfig& campaign, const config::LeadColumns& mapping);
  void take(const CsvRow& row, Chunk& chunk, Summary& summary, RejectFile* rejects) const;

  ByteSource& source_;
  CsvReader csv_;
  std::optional<LeadReader> leads_;
  std::vector<std::string> problems_;
};

}  // namespace dialerd::daemon::import

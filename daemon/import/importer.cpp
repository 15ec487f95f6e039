#include "daemon/import/importer.h"

#include <algorithm>
#include <future>
#include <utility>

#include "campaign/call_template.h"
#include "daemon/import/lead_timezone.h"
#include "storage/array_text.h"

namespace dialerd::daemon::import {
namespace {

constexpr std::int64_t rows_between_progress = 256;

bool is_full(const Chunk& chunk) {
  return chunk.rows.size() + chunk.rejects.size() >= chunk_rows_max || chunk.size >= chunk_size_max;
}

std::size_t size_of(const storage::ImportRow& lead) {
  std::size_t size = sizeof(lead) + lead.to_number.size() + lead.fields_json.size() + lead.timezone.size();
  for (const std::string& number : lead.alternates) size += sizeof(number) + number.size();
  return size;
}

// Writes one chunk at a time in the background, so that reading and checking go on meanwhile: they cost about as much.
class BackgroundWriter {
 public:
  BackgroundWriter(LeadSink* sink, Summary& summary) : sink_(sink), summary_(summary) {}
  ~BackgroundWriter() { finish(); }
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  // Waits for the chunk before. False when that one failed: then `chunk` is not written, and nothing after it may be.
  bool write(Chunk chunk) {
    if (!finish()) return false;
    if (sink_ == nullptr || (chunk.rows.empty() && chunk.rejects.empty())) return true;
    writing_ = std::move(chunk);
    result_ = std::async(std::launch::async, [this] { return sink_->write(writing_); });
    return true;
  }

  bool finish() {
    if (result_.valid()) {
      const storage::Result<storage::ImportCounts> counts = result_.get();
      if (counts.has_error()) {
        summary_.database_error = counts.error();
      } else {
        summary_.added += counts->added;
        summary_.duplicates += counts->duplicates;
        summary_.written_up_to = writing_.last_row;
      }
    }
    return !summary_.database_error;
  }

 private:
  LeadSink* sink_;
  Summary& summary_;
  Chunk writing_;
  std::future<storage::Result<storage::ImportCounts>> result_;
};

}  // namespace

Importer::Importer(ByteSource& source, const config::CampaignConfig& campaign, const config::LeadColumns& mapping)
    : source_(source), csv_(source) {
  const std::vector<std::string> columns = read_columns();
  if (csv_.failed()) problems_.push_back("the file cannot be read: " + source.error());
  if (!NumberReader(campaign.region).knows_region()) {
    problems_.push_back("libphonenumber knows no region '" + campaign.region + "', the campaign's `region`");
  }
  if (!problems_.empty()) return;

  HeaderReading header = read_header(columns, mapping, campaign::CallTemplate(campaign).lead_fields());
  problems_ = std::move(header.problems);
  LeadSettings settings = settings_of(campaign, mapping);
  if (problems_.empty()) leads_.emplace(*std::move(header.layout), std::move(settings));
}

// A timezone column that nobody looks at would let a file that was made with care be dialled by the wrong clock.
LeadSettings Importer::settings_of(const config::CampaignConfig& campaign, const config::LeadColumns& mapping) {
  LeadSettings settings{campaign.region, campaign.timezone, campaign.lead_timezone, std::nullopt};
  const auto lists = [&](config::ZoneSource source) {
    return std::ranges::find(campaign.lead_timezone, source) != campaign.lead_timezone.end();
  };
  if (!mapping.timezone.empty() && !lists(config::ZoneSource::column)) {
    problems_.push_back("the column '" + mapping.timezone +
                        "' is mapped to the lead's timezone, and the campaign's lead_timezone does not list `column`; "
                        "add it there, or take the mapping away");
  }
  if (lists(config::ZoneSource::number)) {
    CountryTimezone country = timezone_of_country(campaign.region);
    settings.region_timezone = std::move(country.name);
    if (!country.error.empty()) {
      problems_.push_back("the campaign's lead_timezone lists `number`, and " + country.error +
                          "; install the package tzdata");
    }
  }
  return settings;
}

std::vector<std::string> Importer::read_columns() {
  CsvRow row;
  if (!csv_.next(row)) {
    if (!csv_.failed()) problems_.emplace_back("the file is empty; its first row must name the columns");
    return {};
  }
  if (row.text.find('\0') != std::string_view::npos || storage::storable_text(row.text) != row.text) {
    problems_.emplace_back(
        "the file's first row is not UTF-8; save it as \"CSV UTF-8\" (in a spreadsheet), or convert it: "
        "iconv -f CP949 -t UTF-8 FILE");
  } else if (row.fault != CsvFault::none) {
    problems_.emplace_back(
        "the file's first row cannot be read as the names of the columns: check its quotes and its length");
  }
  std::vector<std::string> columns;
  for (const std::string_view name : row.fields) columns.emplace_back(trim(name));
  return columns;
}

Summary Importer::run(LeadSink* sink, RejectFile* rejects, const std::function<void(const Progress&)>& progress) {
  Summary summary;
  {
    BackgroundWriter writer(sink, summary);
    Chunk chunk;
    CsvRow row;
    bool going = true;
    while (going && csv_.next(row)) {
      take(row, chunk, summary, rejects);
      if (is_full(chunk)) going = writer.write(std::exchange(chunk, {}));
      if (row.number % rows_between_progress == 0) progress({csv_.bytes_read(), summary.rows_read, summary.rejected});
    }
    if (going) writer.write(std::move(chunk));
  }
  if (csv_.failed()) summary.read_error = source_.error();
  progress({csv_.bytes_read(), summary.rows_read, summary.rejected});
  return summary;
}

void Importer::take(const CsvRow& row, Chunk& chunk, Summary& summary, RejectFile* rejects) const {
  chunk.last_row = row.number;
  if (row.blank()) {
    ++summary.blank;
    return;
  }
  ++summary.rows_read;
  auto read = leads_->read(row);
  if (auto* lead = std::get_if<storage::ImportRow>(&read)) {
    ++summary.accepted;
    chunk.size += size_of(*lead);
    chunk.rows.push_back(std::move(*lead));
    return;
  }
  const RowFault& fault = std::get<RowFault>(read);
  std::string reason = to_string(fault);
  ++summary.rejected;
  ++summary.reasons[fault.reason];
  if (summary.first_rejects.size() < first_rejects_max) summary.first_rejects.push_back({row.number, reason});
  if (rejects != nullptr) rejects->add(row, reason);
  chunk.size += sizeof(storage::ImportReject) + reason.size() + row.text.size();
  chunk.rejects.push_back({row.number, std::move(reason), std::string(row.text)});
}

}  // namespace dialerd::daemon::import

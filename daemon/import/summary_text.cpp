#include "daemon/import/summary_text.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "daemon/import/progress_bar.h"

namespace dialerd::daemon::import {
namespace {

std::string column(std::int64_t number) {
  constexpr std::size_t width = 12;
  const std::string text = grouped(number);
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string rows(std::int64_t count) { return grouped(count) + (count == 1 ? " row" : " rows"); }

std::string headline(const Summary& summary, const SummaryContext& context) {
  std::string line = context.dry_run ? "dry run, nothing is written: " : "";
  line += context.file + " for " + context.campaign + ": " + rows(summary.rows_read) + " read";
  if (context.elapsed.count() > 0) {
    const auto rate = std::llround(static_cast<double>(summary.rows_read) / context.elapsed.count());
    line += ", " + grouped(rate) + " rows/s";
  }
  if (context.delimiter != ',') {
    line += std::string(", fields separated by ") + (context.delimiter == '\t' ? "tabs" : "semicolons");
  }
  return line + '\n';
}

std::string reasons(const Summary& summary) {
  std::vector<std::pair<std::string, std::int64_t>> by_count(summary.reasons.begin(), summary.reasons.end());
  std::ranges::stable_sort(by_count, std::ranges::greater(), [](const auto& reason) { return reason.second; });
  std::string text;
  for (const auto& [reason, count] : by_count) text += "  " + column(count) + "  " + reason + '\n';
  return text;
}

}  // namespace

std::string summary_text(const Summary& summary, const SummaryContext& context) {
  std::string text = headline(summary, context);
  if (context.dry_run) {
    text += column(summary.accepted) + " good; which of them the campaign has already is not looked up\n";
  } else {
    text += column(summary.added) + " added\n";
    text += column(summary.duplicates) + " there already: the campaign has the number, or the file has it twice\n";
  }
  text += column(summary.rejected) + " rejected\n" + reasons(summary);
  if (summary.blank > 0) text += column(summary.blank) + " blank, left out\n";
  if (context.dry_run) {
    for (const Reject& reject : summary.first_rejects) {
      text += "row " + std::to_string(reject.row_number) + ": " + reject.reason + '\n';
    }
    if (summary.rejected > std::ssize(summary.first_rejects)) text += "...\n";
  } else if (summary.rejected > 0) {
    text += "the rejected rows are in " + (context.rejects_file ? *context.rejects_file + " and in " : std::string()) +
            "dialerd.import_reject\n";
  }
  return text;
}

std::string failure_text(const Summary& summary) {
  std::string text;
  if (!summary.read_error.empty()) text += "the file could not be read to its end: " + summary.read_error + "; ";
  if (summary.database_error) text += summary.database_error->message + "; ";
  if (text.empty()) return text;
  if (summary.written_up_to == 0) {
    text += "none of its rows is known to be in";
  } else {
    text += "the file's rows up to " + grouped(summary.written_up_to) + " are in";
  }
  return text + "; import the same file again: that adds the rest, and nothing twice";
}

}  // namespace dialerd::daemon::import

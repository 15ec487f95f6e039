#include "daemon/import/summary_text.h"

#include <gtest/gtest.h>

#include "daemon/import/progress_bar.h"

namespace dialerd::daemon::import {
namespace {

Summary thousand_rows() {
  Summary summary;
  summary.rows_read = 1'000;
  summary.accepted = 970;
  summary.added = 960;
  summary.duplicates = 10;
  summary.rejected = 30;
  summary.reasons = {{"a rare reason", 1}, {"a usual reason", 29}};
  summary.first_rejects = {{17, "a rare reason"}};
  summary.written_up_to = 1'001;
  return summary;
}

TEST(SummaryText, SaysWhatBecameOfTheRows) {
  const SummaryContext context = {.file = "leads.csv",
                                  .campaign = "renewal",
                                  .elapsed = std::chrono::seconds(2),
                                  .rejects_file = "leads.rejects.csv"};
  EXPECT_EQ(summary_text(thousand_rows(), context),
            "leads.csv for renewal: 1,000 rows read, 500 rows/s\n"
            "         960 added\n"
            "          10 there already: the campaign has the number, or the file has it twice\n"
            "          30 rejected\n"
            "            29  a usual reason\n"
            "             1  a rare reason\n"
            "the rejected rows are in leads.rejects.csv and in dialerd.import_reject\n");
}

TEST(SummaryText, SaysThatADryRunWroteNothing) {
  const SummaryContext context = {.file = "leads.csv", .campaign = "renewal", .delimiter = ';', .dry_run = true};
  EXPECT_EQ(summary_text(thousand_rows(), context),
            "dry run, nothing is written: leads.csv for renewal: 1,000 rows read, fields separated by semicolons\n"
            "         970 good; which of them the campaign has already is not looked up\n"
            "          30 rejected\n"
            "            29  a usual reason\n"
            "             1  a rare reason\n"
            "row 17: a rare reason\n"
            "...\n");
}

TEST(SummaryText, SaysHowToGoOnAfterAFailure) {
  Summary summary = thousand_rows();
  EXPECT_EQ(failure_text(summary), "");
  summary.database_error = storage::Error{storage::ErrorKind::unavailable, "importing leads: no connection", ""};
  EXPECT_EQ(failure_text(summary),
            "importing leads: no connection; the file's rows up to 1,001 are in; "
            "import the same file again: that adds the rest, and nothing twice");
  summary.written_up_to = 0;
  summary.database_error.reset();
  summary.read_error = "Input/output error";
  EXPECT_EQ(failure_text(summary),
            "the file could not be read to its end: Input/output error; none of its rows is known to be in; "
            "import the same file again: that adds the rest, and nothing twice");
}

TEST(ProgressLine, ShowsShareRateAndTimeLeft) {
  const Progress progress = {.bytes_read = 450, .rows_read = 1'204'000, .rejected = 320};
  EXPECT_EQ(progress_line(progress, 1'000, std::chrono::seconds(9)),
            "[#########-----------]  45 %  1,204,000 rows  133,778 rows/s  11 s left  320 rejected");
  EXPECT_EQ(progress_line(progress, std::nullopt, std::chrono::seconds(9)),
            "1,204,000 rows  133,778 rows/s  320 rejected");
  EXPECT_EQ(progress_line({.bytes_read = 2'000, .rows_read = 5}, 1'000, std::chrono::seconds(1)),
            "[####################] 100 %  5 rows  5 rows/s");
  EXPECT_EQ(progress_line({}, 0, {}), "0 rows");
}

TEST(ProgressLine, GroupsDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(12'345'678), "12,345,678");
  EXPECT_EQ(grouped(-123'456), "-123,456");
}

}  // namespace
}  // namespace dialerd::daemon::import

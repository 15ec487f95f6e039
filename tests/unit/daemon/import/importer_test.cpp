#include "daemon/import/importer.h"

#include "text_source.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Pair;
using testing::SizeIs;

config::CampaignConfig campaign() {
  config::CampaignConfig config;
  config.name = "renewal";
  config.dynamic_variables["customer"] = {config::ValueSource::Kind::field, "name"};
  return config;
}

// Keeps what it is given; fails at a given chunk.
class FakeSink : public LeadSink {
 public:
  storage::Result<storage::ImportCounts> write(const Chunk& chunk) override {
    if (calls++ == fail_at) {
      return storage::Error{storage::ErrorKind::unavailable, "importing leads: server closed the connection", ""};
    }
    sizes.push_back(chunk.rows.size() + chunk.rejects.size());
    bytes.push_back(chunk.size);
    for (const auto& row : chunk.rows) numbers.push_back(row.to_number);
    for (const auto& reject : chunk.rejects) rejects.push_back(reject);
    return storage::ImportCounts{static_cast<std::int64_t>(chunk.rows.size()), 0};
  }

  int calls = 0;
  int fail_at = -1;
  std::vector<std::size_t> sizes;
  std::vector<std::size_t> bytes;
  std::vector<std::string> numbers;
  std::vector<storage::ImportReject> rejects;
};

void no_progress(const Progress&) {}

Summary import_text(const std::string& text, LeadSink* sink) {
  TextSource source(text);
  const config::CampaignConfig config = campaign();
  Importer importer(source, config, config.leads);
  EXPECT_THAT(importer.problems(), IsEmpty());
  return importer.run(sink, nullptr, no_progress);
}

std::vector<std::string> problems_of(const std::string& text, const config::CampaignConfig& config = campaign()) {
  TextSource source(text);
  return Importer(source, config, config.leads).problems();
}

std::string many_rows(int count, const std::string& name = "Kim") {
  std::string text = "number,name\n";
  for (int i = 0; i < count; ++i) text += "0101" + std::to_string(1'000'000 + i) + ',' + name + '\n';
  return text;
}

TEST(Importer, TakesGoodRowsWhateverStandsBesideThem) {
  FakeSink sink;
  const Summary summary = import_text(
      "number,name,x\n010-1234-5678,Kim,1\nabc,Lee,1\n\n010-1234-5679,,1\n\"010-1234-5680,Park,1\n+82 "
      "10-1234-5681,Choi,\n"
      ",,\n010-1234-5682\n",
      &sink);
  EXPECT_THAT(sink.numbers, ElementsAre("01012345678", "01012345681"));
  EXPECT_EQ(summary.rows_read, 6);
  EXPECT_EQ(summary.blank, 2);
  EXPECT_EQ(summary.accepted, 2);
  EXPECT_EQ(summary.added, 2);
  EXPECT_EQ(summary.rejected, 4);
  EXPECT_EQ(summary.written_up_to, 9);
  EXPECT_THAT(summary.reasons,
              ElementsAre(Pair("a quote is opened and not closed", 1), Pair("not a phone number", 1),
                          Pair("the field 'name' (column 'name') is empty", 1), Pair("wrong number of columns", 1)));
  ASSERT_THAT(sink.rejects, SizeIs(4));
  EXPECT_EQ(sink.rejects[1].row_number, 5);
  EXPECT_EQ(sink.rejects[1].content, "010-1234-5679,,1");
  EXPECT_EQ(sink.rejects[2].content, "\"010-1234-5680,Park,1");
}

TEST(Importer, WritesInChunksOfBoundedRowsAndBytes) {
  FakeSink by_rows;
  EXPECT_EQ(import_text(many_rows(25'000), &by_rows).added, 25'000);
  EXPECT_THAT(by_rows.sizes, ElementsAre(chunk_rows_max, chunk_rows_max, 5'000U));

  FakeSink by_bytes;
  EXPECT_EQ(import_text(many_rows(1'000, std::string(50'000, 'x')), &by_bytes).added, 1'000);
  EXPECT_THAT(by_bytes.sizes, SizeIs(3));
  EXPECT_THAT(by_bytes.bytes, Each(Le(chunk_size_max + CsvReader::row_size_max + 1024)));
}

TEST(Importer, SaysHowFarItCameWhenTheDatabaseFails) {
  FakeSink sink;
  sink.fail_at = 1;
  const Summary summary = import_text(many_rows(45'000), &sink);
  ASSERT_TRUE(summary.database_error);
  EXPECT_EQ(summary.database_error->kind, storage::ErrorKind::unavailable);
  EXPECT_EQ(summary.added, 10'000);
  EXPECT_EQ(summary.written_up_to, 10'001);
  EXPECT_THAT(sink.sizes, ElementsAre(chunk_rows_max));  // nothing is written after a chunk that failed
}

TEST(Importer, KnowsOfAFailureOfTheLastChunk) {
  FakeSink sink;
  sink.fail_at = 0;
  const Summary summary = import_text(many_rows(3), &sink);
  EXPECT_TRUE(summary.database_error);
  EXPECT_EQ(summary.added, 0);
  EXPECT_EQ(summary.written_up_to, 0);
}

TEST(Importer, KeepsWhatItReadBeforeTheFileFailed) {
  TextSource source(many_rows(100'000), 4096);
  source.fail_at_end();
  const config::CampaignConfig config = campaign();
  Importer importer(source, config, config.leads);
  FakeSink sink;
  const Summary summary = importer.run(&sink, nullptr, no_progress);
  EXPECT_EQ(summary.read_error, "Input/output error");
  EXPECT_GT(summary.added, 80'000);
  EXPECT_LT(summary.added, 100'000);
  EXPECT_EQ(summary.written_up_to, summary.added + 1);
}

TEST(Importer, CountsWithoutASinkInADryRun) {
  const Summary summary = import_text(many_rows(30'000) + "x,y\nz,\n", nullptr);
  EXPECT_EQ(summary.accepted, 30'000);
  EXPECT_EQ(summary.added, 0);
  EXPECT_EQ(summary.rejected, 2);
  ASSERT_THAT(summary.first_rejects, SizeIs(2));
  EXPECT_EQ(summary.first_rejects[0].row_number, 30'002);
}

TEST(Importer, KeepsOnlyTheFirstRejectsInMemory) {
  std::string text = "number,name\n";
  for (int i = 0; i < 1'000; ++i) text += "x,y\n";
  EXPECT_THAT(import_text(text, nullptr).first_rejects, SizeIs(first_rejects_max));
}

TEST(Importer, ReportsProgressToTheEnd) {
  const std::string text = many_rows(1'000);
  TextSource source(text);
  const config::CampaignConfig config = campaign();
  Importer importer(source, config, config.leads);
  std::vector<Progress> seen;
  importer.run(nullptr, nullptr, [&](const Progress& progress) { seen.push_back(progress); });
  ASSERT_THAT(seen, SizeIs(4));
  EXPECT_EQ(seen.back().bytes_read, text.size());
  EXPECT_EQ(seen.back().rows_read, 1'000);
}

TEST(Importer, RefusesAFileBeforeAnythingIsWritten) {
  EXPECT_THAT(problems_of(""), ElementsAre(HasSubstr("the file is empty")));
  EXPECT_THAT(problems_of("number,\xB0\xED\n"), ElementsAre(HasSubstr("iconv -f CP949")));
  EXPECT_THAT(problems_of(std::string("\xFF\xFEn\0u\0", 6)), ElementsAre(HasSubstr("not UTF-8")));
  EXPECT_THAT(problems_of("\"number,name\nx,y\n"), ElementsAre(HasSubstr("first row cannot be read")));
  EXPECT_THAT(problems_of("phone,name\n"), ElementsAre(HasSubstr("no column 'number'")));
  EXPECT_THAT(problems_of("number,customer\n"), ElementsAre(HasSubstr("need the field 'name'")));
  EXPECT_THAT(problems_of(" number ,\tname\n"), IsEmpty());

  config::CampaignConfig nowhere = campaign();
  nowhere.region = "ZZ";
  EXPECT_THAT(problems_of("number,name\n", nowhere), ElementsAre(HasSubstr("no region 'ZZ'")));
}

TEST(Importer, SaysWhyAFileCannotBeRead) {
  const FileSource missing("/nonexistent/leads.csv");
  EXPECT_FALSE(missing.is_open());
  EXPECT_EQ(missing.error(), "No such file or directory");

  FileSource folder("/");
  const config::CampaignConfig config = campaign();
  EXPECT_THAT(Importer(folder, config, config.leads).problems(),
              ElementsAre("the file cannot be read: Is a directory"));
}

TEST(Importer, RefusesATimezoneColumnThatNobodyLooksAt) {
  config::CampaignConfig config = campaign();
  config.leads.timezone = "tz";
  const std::string text = "number,name,tz\n01012345678,Kim,America/New_York\n";
  EXPECT_THAT(problems_of(text, config), ElementsAre(HasSubstr("the campaign's lead_timezone does not list `column`")));
  config.lead_timezone = {config::ZoneSource::column, config::ZoneSource::campaign};
  EXPECT_THAT(problems_of(text, config), IsEmpty());
}

TEST(Importer, KnowsTheTimezoneOfACountryThatHasOnlyOne) {
  class ZoneSink : public LeadSink {
   public:
    storage::Result<storage::ImportCounts> write(const Chunk& chunk) override {
      for (const auto& row : chunk.rows) zones.push_back(row.timezone);
      return storage::ImportCounts{};
    }
    std::vector<std::string> zones;
  };
  const auto zone_of = [](const std::string& region, const std::string& number) {
    config::CampaignConfig config = campaign();
    config.region = region;
    config.lead_timezone = {config::ZoneSource::number};
    ZoneSink sink;
    TextSource source("number,name\n" + number + ",Kim\n");
    Importer importer(source, config, config.leads);
    importer.run(&sink, nullptr, no_progress);
    return sink.zones;
  };
  EXPECT_THAT(zone_of("KR", "010-1234-5678"), ElementsAre("Asia/Seoul"));
  EXPECT_THAT(zone_of("US", "650-253-0000"), ElementsAre(""));
}

}  // namespace
}  // namespace dialerd::daemon::import

#include "storage/import.h"

#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using storage::ErrorKind;
using storage::ImportWriter;

class Import : public StorageTest {
 protected:
  std::vector<std::string> counters() const {
    return database_
        .rows(
            "select rows_read, added, duplicates, rejected, finished_at is not null "
            "from dialerd.import order by import_id desc limit 1")
        .at(0);
  }
};

TEST_F(Import, AddsLeadsThatAreDueAtOnceAndCountsTheRest) {
  auto writer = must(ImportWriter::begin(session_, campaign_, "spring \"2\".csv"));
  const auto counts = must(writer.write({{2, "0100000001", R"({"name": "김 \"A\" \\ {x}, NULL", "n": null})"},
                                         {3, "0100000002", "{}"},
                                         {4, "0100000001", R"({"name": "again"})"}},
                                        {{5, "to_number: too short", "12,\"x\"\n\xff"}}));
  EXPECT_EQ(counts.added, 2);
  EXPECT_EQ(counts.duplicates, 1);
  must(writer.write({{6, "0100000003", "{}"}}, {}));
  EXPECT_EQ(counters(), (std::vector<std::string>{"5", "3", "1", "1", "f"}));
  must(writer.finish(5));
  EXPECT_EQ(counters(), (std::vector<std::string>{"5", "3", "1", "1", "t"}));

  auto asked = request(5);
  asked.lead_fields = {"name"};
  const auto leads = must(session_.claim(asked)).leads;
  ASSERT_EQ(leads.size(), 3U);
  EXPECT_EQ(leads[0].field_values.at(0), R"(김 "A" \ {x}, NULL)") << "the first of two rows counts";
  const auto reject = database_.rows("select row_number, reason, content from dialerd.import_reject").at(0);
  EXPECT_EQ(reject, (std::vector<std::string>{"5", "to_number: too short", "12,\"x\"\n\uFFFD"}));
}

TEST_F(Import, RunAgainItAddsNothing) {
  const std::vector<storage::ImportRow> rows = {{2, "0100000001", "{}"}, {3, "0100000002", "{}"}};
  for (int run = 0; run < 2; ++run) {
    auto writer = must(ImportWriter::begin(session_, campaign_, "leads.csv"));
    const auto counts = must(writer.write(rows, {}));
    EXPECT_EQ(counts.added, run == 0 ? 2 : 0);
    EXPECT_EQ(counts.duplicates, run == 0 ? 0 : 2);
    must(writer.finish(2));
  }
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead_state"), "2");
}

TEST_F(Import, DoesNotTouchALeadThatIsBeingCalled) {
  auto writer = must(ImportWriter::begin(session_, campaign_, "leads.csv"));
  must(writer.write({{2, "0100000001", R"({"name": "first"})"}}, {}));
  const auto lead = claim(1).at(0);
  must(writer.write({{3, "0100000001", R"({"name": "second"})"}}, {}));
  EXPECT_EQ(lead_state(lead.lead), "active");
  EXPECT_EQ(database_.value("select fields->>'name' from dialerd.lead"), "first");
}

TEST_F(Import, ABadChunkIsRefusedWholeAndWithoutItsNumbers) {
  auto writer = must(ImportWriter::begin(session_, campaign_, "leads.csv"));
  for (const auto& bad : {storage::ImportRow{3, "0100000002", "[1]"}, storage::ImportRow{3, "0100000002", "{"},
                          storage::ImportRow{3, "+82100000002", "{}"}}) {
    const auto result = writer.write({{2, "0100000001", "{}"}, bad}, {});
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().kind, ErrorKind::refused);
    EXPECT_EQ(result.error().message.find("100000002"), std::string::npos) << result.error().message;
  }
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead"), "0");
}

TEST_F(Import, TheSameNumberMayBeInTwoCampaigns) {
  const auto second = must(session_.register_campaign("autumn", "main", "KR"));
  for (const auto campaign : {campaign_, second}) {
    auto writer = must(ImportWriter::begin(session_, campaign, "leads.csv"));
    EXPECT_EQ(must(writer.write({{2, "0100000001", "{}"}}, {})).added, 1);
  }
}

TEST_F(Import, AChunkBringsNothingOfTheOneBefore) {
  const auto second = must(session_.register_campaign("autumn", "main", "KR"));
  auto spring = must(ImportWriter::begin(session_, campaign_, "spring.csv"));
  auto autumn = must(ImportWriter::begin(session_, second, "autumn.csv"));
  must(spring.write({{2, "0100000001", "{}"}}, {}));
  EXPECT_EQ(must(autumn.write({{2, "0100000002", "{}"}}, {})).added, 1);
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead"), "2");
}

TEST_F(Import, TextWithTabsBackslashesAndControlsIsKept) {
  auto writer = must(ImportWriter::begin(session_, campaign_, "leads.csv"));
  must(writer.write({{2, "0100000001", R"({"name": "a\tb\tC:\\N \\. 한글 \u0001😀"})"}}, {}));
  EXPECT_EQ(database_.value("select fields->>'name' = E'a\\tb\\tC:\\\\N \\\\. 한글 \\x01😀' from dialerd.lead"), "t");
}

}  // namespace
}  // namespace dialerd::test

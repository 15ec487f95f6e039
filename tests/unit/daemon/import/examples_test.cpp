#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "config/load.h"
#include "daemon/import/importer.h"

namespace dialerd::daemon::import {
namespace {

using testing::IsEmpty;

class NumbersOfSink : public LeadSink {
 public:
  storage::Result<storage::ImportCounts> write(const Chunk& chunk) override {
    const std::size_t before = numbers.size();
    for (const auto& row : chunk.rows) numbers.insert(row.to_number);
    const auto added = static_cast<std::int64_t>(numbers.size() - before);
    return storage::ImportCounts{added, static_cast<std::int64_t>(chunk.rows.size()) - added};
  }

  std::set<std::string> numbers;
};

// The example file goes with the example campaign, and has a few of every mistake that an import must live with.
TEST(Examples, LeadsGoWithTheCampaign) {
  const std::filesystem::path folder = DIALERD_EXAMPLES;
  const auto campaign = config::load_campaign_config(folder / "renewal.yaml");
  ASSERT_TRUE(campaign.value);
  FileSource source(folder / "leads.csv");
  ASSERT_TRUE(source.is_open());
  Importer importer(source, *campaign.value, campaign.value->leads);
  ASSERT_THAT(importer.problems(), IsEmpty());

  NumbersOfSink sink;
  const Summary summary = importer.run(&sink, nullptr, [](const Progress&) {});
  EXPECT_EQ(summary.rows_read, 1'200);
  EXPECT_EQ(summary.added, 1'170);
  EXPECT_EQ(summary.duplicates, 6);
  EXPECT_EQ(summary.rejected, 24);
  EXPECT_GE(summary.reasons.size(), 7U);
  for (const std::string& number : sink.numbers) EXPECT_TRUE(number.starts_with("0101")) << number;
}

// A rejects file is there to be corrected and imported. As it is, nothing of it is good.
TEST(Examples, RejectsThatNobodyCorrectedAreRejectedAgain) {
  const std::filesystem::path folder = DIALERD_EXAMPLES;
  const auto campaign = config::load_campaign_config(folder / "renewal.yaml");
  ASSERT_TRUE(campaign.value);
  const std::filesystem::path path = testing::TempDir() + "leads-" + std::to_string(::getpid()) + ".rejects.csv";
  FileSource leads(folder / "leads.csv");
  Importer first(leads, *campaign.value, campaign.value->leads);
  RejectFile rejects(path, first.layout().columns, first.delimiter());
  first.run(nullptr, &rejects, [](const Progress&) {});
  rejects.close();

  FileSource again(path);
  Importer second(again, *campaign.value, campaign.value->leads);
  EXPECT_THAT(second.problems(), IsEmpty());
  const Summary summary = second.run(nullptr, nullptr, [](const Progress&) {});
  std::filesystem::remove(path);
  EXPECT_EQ(summary.rows_read, 24);
  EXPECT_EQ(summary.rejected, 24);
}

}  // namespace
}  // namespace dialerd::daemon::import

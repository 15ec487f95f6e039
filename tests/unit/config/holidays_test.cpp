#include "config/holidays.h"

#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using std::chrono::sys_days;
using namespace std::chrono;

sys_days day(int year, unsigned month, unsigned day_of_month) {
  return sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day_of_month));
}

class Holidays : public testing::Test {
 protected:
  // A campaign with `more` lines from the sixth on, beside the files of the folder.
  Loaded<CampaignConfig> load(std::string_view more) {
    return load_campaign_config(folder_.write("campaigns/c.yaml", std::string(least).append(windows).append(more)));
  }

  TemporaryFolder folder_;
};

TEST_F(Holidays, OfKoreaAreShipped) {
  std::vector<std::string_view> names;
  for (const ShippedHolidays& list : shipped_holidays()) {
    names.push_back(list.name);
    const auto loaded = read_holiday_list(list.text, std::string(list.name) + ".yaml");
    EXPECT_THAT(messages(loaded.diagnostics), IsEmpty());
    ASSERT_TRUE(loaded.value);
    EXPECT_EQ(loaded.value->name, list.name);
  }
  EXPECT_THAT(names, ElementsAre("kr"));

  const auto loaded = load("holidays: [kr]\n");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  std::vector<sys_days> dates;
  for (const ClosedDate& closed : loaded.value->closed_dates) dates.push_back(closed.date);
  EXPECT_THAT(dates, testing::IsSupersetOf({day(2026, 9, 24), day(2026, 9, 25), day(2026, 9, 26), day(2027, 1, 1)}));
  EXPECT_THAT(dates, testing::Not(testing::Contains(day(2026, 9, 23))));
  EXPECT_THAT(dates, testing::BeginEndDistanceIs(testing::Gt(40)));
  EXPECT_EQ(loaded.value->holidays_until, day(2028, 12, 31));
}

TEST_F(Holidays, ComeFromFilesBesideTheCampaign) {
  folder_.write("campaigns/lists/company.yaml",
                "holidays: company\nvalid_until: 2027-06-30\n"
                "dates: [{date: 2027-04-01, name: founding day}, {date: 2026-12-25, name: closed}]\n");
  const auto loaded = load(
      "holidays: [kr, lists/company.yaml]\n"
      "blackout_dates: [2026-12-31, {from: 2026-12-24, to: 2026-12-26, name: year end}]\n");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  // The list that ends first decides until when anybody knows.
  EXPECT_EQ(loaded.value->holidays_until, day(2027, 6, 30));
  const auto& dates = loaded.value->closed_dates;
  EXPECT_EQ(std::ranges::adjacent_find(dates, std::ranges::greater_equal{}, &ClosedDate::date), dates.end());
  EXPECT_THAT(dates,
              testing::IsSupersetOf(
                  {ClosedDate{day(2026, 12, 24), "year end"}, ClosedDate{day(2026, 12, 26), "year end"},
                   ClosedDate{day(2026, 12, 31), "blackout date"}, ClosedDate{day(2027, 4, 1), "founding day"}}));
  const auto christmas = std::ranges::find(dates, day(2026, 12, 25), &ClosedDate::date);
  ASSERT_NE(christmas, dates.end());
  EXPECT_EQ(christmas->name, "Christmas Day (기독탄신일), closed, year end");
}

TEST_F(Holidays, BlackoutDatesNeedNoList) {
  const auto loaded = load("blackout_dates: [{from: 2028-02-28, to: 2028-03-01}]\n");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  EXPECT_THAT(loaded.value->closed_dates,
              ElementsAre(ClosedDate{day(2028, 2, 28), "blackout date"}, ClosedDate{day(2028, 2, 29), "blackout date"},
                          ClosedDate{day(2028, 3, 1), "blackout date"}));
  EXPECT_EQ(loaded.value->holidays_until, std::nullopt);
}

TEST_F(Holidays, StartAndEndDatesAreRead) {
  const auto loaded = load("start_date: 2026-09-01\nend_date: 2026-12-31\n");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  EXPECT_EQ(loaded.value->start_date, day(2026, 9, 1));
  EXPECT_EQ(loaded.value->end_date, day(2026, 12, 31));
}

TEST_F(Holidays, ErrorsOfAnIncludedFileNameThatFile) {
  folder_.write("campaigns/bad.yaml",
                "holidays: bad\nvalid_until: 2026-12-31\n"
                "dates:\n  - {date: 2026-02-30, name: none}\n  - {date: 2027-01-01, name: late}\n"
                "  - {date: 2026-01-01, name: a}\n  - {date: 2026-01-01, name: b}\n  - {date: 2026-01-02}\n");
  EXPECT_THAT(messages(load("holidays: [./bad.yaml]\nlead_lifetime: 30\n").diagnostics),
              ElementsAre("c.yaml:7:16: error: 'lead_lifetime' has no unit: 30; add a unit, for example 30s",
                          "bad.yaml:4:12: error: 'date' is no date: '2026-02-30'; write year, month and day, such as "
                          "2026-12-31",
                          "bad.yaml:5:12: error: a date after 'valid_until' (2026-12-31); raise valid_until once all "
                          "dates until then are in the list",
                          "bad.yaml:7:12: error: 2026-01-01 stands here twice; keep one, with both names",
                          "bad.yaml:8:5: error: missing key 'name' in 'dates'; add it, for example 'name: \"New "
                          "Year's Day\"'"));
}

// Without it nobody would notice that the list has run out.
TEST_F(Holidays, MustSayUntilWhenTheyAreComplete) {
  folder_.write("campaigns/open.yaml", "holidays: open\ndates: [{date: 2026-01-01, name: a}]\n");
  EXPECT_THAT(messages(load("holidays: [open.yaml]\n").diagnostics),
              ElementsAre("open.yaml:1:1: error: missing key 'valid_until'; add it, for example 'valid_until: "
                          "2028-12-31'"));
}

TEST_F(Holidays, SayWhatIsWrong) {
  const Bad cases[] = {
      {"holidays: [kp]", "6:12: error: unknown holiday list 'kp'; did you mean 'kr'?"},
      {"holidays: [company]",
       "6:12: error: unknown holiday list 'company'; the lists are: kr; a list of your own is named by its path, "
       "./company.yaml"},
      {"holidays: [./company.yaml]",
       "6:12: error: no holiday list './company.yaml'; check the path; it is looked for in the folder of this file"},
      {"holidays: [kr, kr]", "6:16: error: the holiday list 'kr' is named twice; keep one"},
      {"holidays: kr", "6:11: error: 'holidays' must be a list, not 'kr'; write it like [kr]"},
      {"blackout_dates: [2026-2-3]",
       "6:18: error: 'blackout_dates' is no date: '2026-2-3'; write year, month and day, such as 2026-12-31"},
      {"blackout_dates: [{from: 2026-12-26, to: 2026-12-24}]",
       "6:41: error: the blackout ends before it begins; write the first date in 'from'"},
      {"blackout_dates: [{from: 2026-01-01, to: 2027-01-02}]",
       "6:41: error: the blackout is longer than a year; use end_date to end a campaign"},
      {"blackout_dates: [{from: 2026-01-01}]",
       "6:18: error: missing key 'to' in 'blackout_dates'; add it, for example 'to: 2026-12-26'"},
      {"start_date: tomorrow",
       "6:13: error: 'start_date' is no date: 'tomorrow'; write year, month and day, such as 2026-12-31"},
      {"end_date: 2200-01-01",
       "6:11: error: 'end_date' is no date: '2200-01-01'; write year, month and day, such as 2026-12-31"},
  };
  expect_each(cases);
}

}  // namespace
}  // namespace dialerd::config

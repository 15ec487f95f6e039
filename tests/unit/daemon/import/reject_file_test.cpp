#include "daemon/import/reject_file.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dialerd::daemon::import {
namespace {

class RejectFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "rejects-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path path() const { return folder_ / "leads.rejects.csv"; }
  std::string content() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder_;
};

CsvRow row_of(std::int64_t number, std::vector<std::string_view> fields) {
  CsvRow row;
  row.number = number;
  row.fields = std::move(fields);
  return row;
}

TEST_F(RejectFileTest, IsMadeAtTheFirstRejectAndReplacesAnEarlierOne) {
  std::ofstream(path()) << "of an earlier run, and longer than what replaces it, so that a rest of it would be seen";
  RejectFile rejects(path(), {"number", "name"}, ',');
  EXPECT_TRUE(content().starts_with("of an earlier run"));
  rejects.add(row_of(3, {"010,1", "say \"hi\""}), "not a phone number");
  rejects.close();
  EXPECT_EQ(
      content(),
      "\xEF\xBB\xBFrejected_row,rejected_reason,number,name\n3,not a phone number,\"010,1\",\"say \"\"hi\"\"\"\n");
  EXPECT_FALSE(rejects.error());
}

TEST_F(RejectFileTest, MakesNoFileWithoutRejects) {
  RejectFile rejects(path(), {"number"}, ',');
  rejects.close();
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(RejectFileTest, CanBeReadByItsOwnerAlone) {
  RejectFile rejects(path(), {"number"}, ',');
  rejects.add(row_of(2, {"x"}), "y");
  rejects.close();
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

// A rejects file that was corrected and imported, and is not right yet, gives a rejects file of the same form.
TEST_F(RejectFileTest, DoesNotPileUpItsOwnColumns) {
  const std::vector<std::string> columns = {"rejected_row", "rejected_reason", "number"};
  RejectFile rejects(path(), columns, ';');
  rejects.add(row_of(2, {"17", "old reason", "010"}), "new reason");
  CsvRow unreadable = row_of(3, {});
  unreadable.fault = CsvFault::unclosed_quote;
  unreadable.text = "18;old;\"010";
  rejects.add(unreadable, "a quote");
  rejects.close();
  EXPECT_EQ(content(),
            "\xEF\xBB\xBFrejected_row;rejected_reason;number\n2;new reason;010\n3;a quote;\"18;old;\"\"010\"\n");
}

TEST_F(RejectFileTest, IsUtf8WhateverTheRowWas) {
  RejectFile rejects(path(), {"number", "name"}, ',');
  rejects.add(row_of(2, {"010", "\xB1\xE8"}), "not UTF-8 text");
  rejects.close();
  EXPECT_TRUE(content().ends_with("2,not UTF-8 text,010,\uFFFD\uFFFD\n"));
}

TEST_F(RejectFileTest, SaysWhyItCannotBeWritten) {
  RejectFile nowhere(folder_ / "missing" / "x.csv", {"number"}, ',');
  nowhere.add(row_of(2, {"x"}), "y");
  nowhere.close();
  EXPECT_EQ(nowhere.error(), "No such file or directory");

  RejectFile full("/dev/full", {"number"}, ',');
  full.add(row_of(2, {"x"}), "y");
  full.close();
  EXPECT_EQ(full.error(), "No space left on device");
}

}  // namespace
}  // namespace dialerd::daemon::import

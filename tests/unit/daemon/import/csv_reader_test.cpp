#include "daemon/import/csv_reader.h"

#include "text_source.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

using testing::ElementsAre;

using Fields = std::vector<std::string>;

struct Row {
  std::int64_t number;
  CsvFault fault;
  Fields fields;
  std::string text;
};

std::vector<Row> read_all(const std::string& text, std::size_t piece_size = 1 << 20) {
  TextSource source(text, piece_size);
  CsvReader reader(source);
  std::vector<Row> rows;
  CsvRow row;
  while (reader.next(row)) {
    rows.push_back({row.number, row.fault, Fields(row.fields.begin(), row.fields.end()), std::string(row.text)});
  }
  EXPECT_FALSE(reader.failed());
  return rows;
}

std::vector<Fields> fields_of(const std::string& text) {
  std::vector<Fields> all;
  for (const Row& row : read_all(text)) {
    EXPECT_EQ(row.fault, CsvFault::none) << row.text;
    all.push_back(row.fields);
  }
  return all;
}

TEST(CsvReader, ReadsWhatTheStandardSays) {
  struct Case {
    std::string text;
    std::vector<Fields> rows;
  };
  const std::vector<Case> cases = {
      {"", {}},
      {"a", {{"a"}}},
      {"a,b\n", {{"a", "b"}}},
      {"a,b", {{"a", "b"}}},
      {"a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
      {"a,\n,b\n,,\n", {{"a", ""}, {"", "b"}, {"", "", ""}}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
      {"a\r\nb\nc\rd", {{"a"}, {"b"}, {"c"}, {"d"}}},
      {"a\n\nb\n", {{"a"}, {""}, {"b"}}},
      {"a,\"b\"\n", {{"a", "b"}}},
      {"\"a,b\",c", {{"a,b", "c"}}},
      {"\"\",\"\"\n", {{"", ""}}},
      {"\"a\"\"b\",\"\"\"\",\"\"\"c\"\"\"\n", {{"a\"b", "\"", "\"c\""}}},
      {"\"two\nlines\",x\r\n\"two\r\nmore\",y\n", {{"two\nlines", "x"}, {"two\r\nmore", "y"}}},
      {"\xEF\xBB\xBF이름,번호\n", {{"이름", "번호"}}},
      {"\xEF\xBB\xBF\"이름\",번호\n", {{"이름", "번호"}}},
      {"\xEF\xBB\xBF", {}},
      // Beyond the standard.
      {"6\" pipe,a \"b\" c\n", {{"6\" pipe", "a \"b\" c"}}},
      {" a , \"b\"\n", {{" a ", " \"b\""}}},
  };
  for (const Case& c : cases) EXPECT_EQ(fields_of(c.text), c.rows) << c.text;
}

TEST(CsvReader, FindsTheDelimiterInTheFirstLine) {
  const auto delimiter = [](const std::string& text) {
    TextSource source(text);
    CsvReader reader(source);
    CsvRow row;
    reader.next(row);
    return reader.delimiter();
  };
  EXPECT_EQ(delimiter("a,b,c\n1;2;3;4;5\n"), ',');
  EXPECT_EQ(delimiter("a;b;c,d\n"), ';');
  EXPECT_EQ(delimiter("a\tb\n"), '\t');
  EXPECT_EQ(delimiter("\"a;b;c\",d\n"), ',');
  EXPECT_EQ(delimiter("one column\n"), ',');
  EXPECT_EQ(fields_of("a;b\n1,5;2\n"), (std::vector<Fields>{{"a", "b"}, {"1,5", "2"}}));
}

TEST(CsvReader, CountsRowsAsASpreadsheetDoes) {
  const auto rows = read_all("header\n\"two\nlines\"\n\nlast\n");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1].number, 2);
  EXPECT_EQ(rows[2].number, 3);
  EXPECT_EQ(rows[3].number, 4);
  EXPECT_EQ(rows[3].fields, Fields{"last"});
}

TEST(CsvReader, HandsOutTheRowAsItStood) {
  const auto rows = read_all("a,\"b \"\"c\"\"\"\r\n\"x\ny\",z");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].text, "a,\"b \"\"c\"\"\"");
  EXPECT_EQ(rows[1].text, "\"x\ny\",z");
}

TEST(CsvReader, TellsBlankRows) {
  TextSource source("a,b\n\n , \t\n,\n,x\n\"oops\n");
  CsvReader reader(source);
  CsvRow row;
  std::vector<bool> blank;
  while (reader.next(row)) blank.push_back(row.blank());
  EXPECT_THAT(blank, ElementsAre(false, true, true, true, false, false));
}

// A mistake with quotes costs the line it is on, and none of those that follow.
TEST(CsvReader, GoesOnAfterABadRow) {
  const auto unclosed = read_all("h,i\n\"a,b\nc,d\ne,f\n");
  ASSERT_EQ(unclosed.size(), 4U);
  EXPECT_EQ(unclosed[1].fault, CsvFault::unclosed_quote);
  EXPECT_EQ(unclosed[1].text, "\"a,b");
  EXPECT_TRUE(unclosed[1].fields.empty());
  EXPECT_EQ(unclosed[2].fields, (Fields{"c", "d"}));
  EXPECT_EQ(unclosed[3].fields, (Fields{"e", "f"}));
  EXPECT_EQ(unclosed[3].number, 4);

  const auto closed_by_a_later_row = read_all("h,i\n\"a,b\nc,d\ne,\"f\"\ng,h\n");
  ASSERT_EQ(closed_by_a_later_row.size(), 5U);
  EXPECT_EQ(closed_by_a_later_row[1].fault, CsvFault::text_after_quote);
  EXPECT_EQ(closed_by_a_later_row[2].fields, (Fields{"c", "d"}));
  EXPECT_EQ(closed_by_a_later_row[3].fields, (Fields{"e", "f"}));
  EXPECT_EQ(closed_by_a_later_row[4].fields, (Fields{"g", "h"}));

  const auto text_after = read_all("\"Kim\"Ha,1\r\nLee,2\r\n");
  ASSERT_EQ(text_after.size(), 2U);
  EXPECT_EQ(text_after[0].fault, CsvFault::text_after_quote);
  EXPECT_EQ(text_after[0].text, "\"Kim\"Ha,1");
  EXPECT_EQ(text_after[1].fields, (Fields{"Lee", "2"}));

  const auto at_the_end = read_all("a\n\"b");
  ASSERT_EQ(at_the_end.size(), 2U);
  EXPECT_EQ(at_the_end[1].fault, CsvFault::unclosed_quote);
  EXPECT_EQ(at_the_end[1].text, "\"b");
}

TEST(CsvReader, TakesARowOfExactlyTheLargestSize) {
  for (const std::string line_end : {"\n", "\r\n", "\r", ""}) {
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{1} << 20}) {
      const std::string largest(CsvReader::row_size_max, 'x');
      const auto whole = read_all(largest + line_end, piece);
      ASSERT_EQ(whole.size(), 1U);
      EXPECT_EQ(whole[0].fault, CsvFault::none);
      EXPECT_EQ(whole[0].fields, Fields{largest});

      const auto too_long = read_all(largest + "y" + line_end, piece);
      ASSERT_EQ(too_long.size(), 1U);
      EXPECT_EQ(too_long[0].fault, CsvFault::row_too_long);
      EXPECT_EQ(too_long[0].text, largest);
    }
  }
}

// However long the row: reading holds one buffer, so the row is read past without being kept.
TEST(CsvReader, ReadsPastARowThatIsTooLong) {
  for (const std::string line_end : {"\n", "\r\n", "\r"}) {
    for (const std::size_t extra :
         {1U, 2U, 3U, 65'535U, 65'536U, 196'602U /* CR ends the buffer */, 200'000U, 300'000U, 1'000'003U}) {
      const std::string text =
          "a,b" + line_end + "c," + std::string(CsvReader::row_size_max - 2 + extra, 'x') + line_end + "d,e" + line_end;
      const auto rows = read_all(text, 4096);
      ASSERT_EQ(rows.size(), 3U) << extra;
      EXPECT_EQ(rows[1].fault, CsvFault::row_too_long);
      EXPECT_EQ(rows[1].text.size(), CsvReader::row_size_max);
      EXPECT_EQ(rows[2].fields, (Fields{"d", "e"}));
      EXPECT_EQ(rows[2].number, 3);
    }
  }
}

TEST(CsvReader, GivesUpAQuoteThatIsNotClosedWithinTheLargestRow) {
  std::string text = "h\n\"open\n";
  const std::size_t lines = CsvReader::row_size_max / 2 + 10;
  for (std::size_t i = 0; i < lines; ++i) text += "x\n";
  text += "\"\n";
  const auto rows = read_all(text);
  ASSERT_EQ(rows.size(), lines + 3);
  EXPECT_EQ(rows[1].fault, CsvFault::unclosed_quote);
  EXPECT_EQ(rows[1].text, "\"open");
  EXPECT_EQ(rows[2].fields, Fields{"x"});
  EXPECT_EQ(rows.back().fault, CsvFault::unclosed_quote);
}

// The last bytes before a failed read may be half of a row.
TEST(CsvReader, DropsTheRowThatAFailedReadCutOff) {
  TextSource source("a,b\n1,0101234");
  source.fail_at_end();
  CsvReader reader(source);
  CsvRow row;
  EXPECT_FALSE(reader.next(row));
  EXPECT_TRUE(reader.failed());
}

}  // namespace
}  // namespace dialerd::daemon::import

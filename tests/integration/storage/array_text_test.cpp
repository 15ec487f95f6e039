// Arrays as text survive the way to the server and back, whatever stands in them.
#include "storage/array_text.h"

#include "storage_fixture.h"
#include <rapidcheck.h>

#include "storage/transaction.h"

namespace dialerd::test {
namespace {

using Elements = std::vector<std::optional<std::string>>;

Elements echo(storage::Session& session, const Elements& elements) {
  storage::ArrayText array;
  for (const auto& element : elements) {
    if (element) {
      array.add(*element);
    } else {
      array.add_null();
    }
  }
  Elements back;
  must(session.run("echo", [&](storage::Transaction& transaction) -> storage::Result<void> {
    // Through unnest and back, so that the server has parsed every element.
    back = storage::parse_array_text(storage::text_at(
        transaction.exec("select array(select e from unnest($1::text[]) with ordinality as u (e, n) order by n)",
                         array.text())[0],
        0));
    return {};
  }));
  return back;
}

class ArrayText : public ::testing::Test {
 protected:
  TestDatabase database_{TestDatabase::Schema::none};
  storage::Session session_{database_.settings()};
};

TEST_F(ArrayText, KeepsEveryTrap) {
  const Elements traps = {"",         " ",     "NULL",    "null",   std::nullopt, ",",   "{",    "}",
                          "{a,b}",    "\"",    "\\",      "\\\\\"", "'",          "''",  "a\nb", "\t",
                          "\r\n",     "$1",    "%s",      "한국어", "👋🏽",   "é",   "--",   ";",
                          "\x01\x7f", "\\x00", "\\u0000", "a b",    " lead ",     "\"\""};
  EXPECT_EQ(echo(session_, traps), traps);
  EXPECT_EQ(echo(session_, {}), Elements{});
}

TEST_F(ArrayText, KeepsRandomText) {
  EXPECT_TRUE(rc::check([&] {
    const auto piece = rc::gen::weightedOneOf<std::string>({
        {4, rc::gen::map(rc::gen::inRange(1, 128), [](int c) { return std::string(1, static_cast<char>(c)); })},
        {3, rc::gen::element<std::string>("\"", "\\", "{", "}", ",", "'", " ", "NULL")},
        {3, rc::gen::element<std::string>("가", "ß", "😀", "\u2028", "\u00A0", "\uFFFD")},
    });
    const auto text = rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const auto& pieces) {
      std::string joined;
      for (const std::string& p : pieces) joined += p;
      return joined;
    });
    const auto elements = *rc::gen::container<Elements>(
        rc::gen::oneOf(rc::gen::map(text, [](std::string t) { return std::optional(std::move(t)); }),
                       rc::gen::just<std::optional<std::string>>(std::nullopt)));
    RC_ASSERT(echo(session_, elements) == elements);
  }));
}

TEST_F(ArrayText, ReplacesWhatPostgresqlCannotStore) {
  using namespace std::string_literals;
  EXPECT_EQ(storage::storable_text("a\0b"s),
            "a\uFFFD"
            "b");
  EXPECT_EQ(storage::storable_text("\xff\xfe"), "\uFFFD\uFFFD");
  EXPECT_EQ(storage::storable_text("\xc0\x80"), "\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(storage::storable_text("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(storage::storable_text("한\xea\xb5"), "한\uFFFD\uFFFD");        // cut off
  EXPECT_EQ(storage::storable_text("😀"), "😀");
}

TEST_F(ArrayText, AnyBytesCanBeStored) {
  EXPECT_TRUE(rc::check([&](const std::vector<std::uint8_t>& bytes) {
    const std::string text(bytes.begin(), bytes.end());
    RC_ASSERT(echo(session_, {text}) == Elements{storage::storable_text(text)});
  }));
}

}  // namespace
}  // namespace dialerd::test

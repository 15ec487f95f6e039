// "Did you mean": the nearest of the words that would have been right.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dialerd::config {

// The candidate nearest to `text`: a typing slip away (edits up to a third of its length, letter case ignored), or one
// that contains it whole ("voicemail" -> "voicemail_reached"), or that begins it ("monday" -> "mon"). Absent when
// nothing is near.
std::optional<std::string_view> nearest(std::string_view text, std::span<const std::string_view> candidates);

// "did you mean 'x'?", or `otherwise` when nothing is near.
std::string suggest(std::string_view text, std::span<const std::string_view> candidates, std::string otherwise);

// "a, b, c"
std::string join(std::span<const std::string_view> words);

}  // namespace dialerd::config

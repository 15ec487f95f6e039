// Messages that an alert or a runbook names. Their ids are stable: the text of a message may change, its id does not,
// and an id is never given to another message. Each is in the table of docs/log.md#messages-with-an-id; a test
// compares the two.
//
// The journal has the id as MESSAGE_ID and the name as DIALERD_EVENT, JSON lines as `message_id` and `event`.
#pragma once

#include <array>
#include <string_view>

namespace dialerd::daemon::log {

struct Message {
  std::string_view name;
  std::string_view id;  // 128 bits, 32 hexadecimal digits, as sd-id128(3) writes them
};

namespace message {

inline constexpr Message started{"started", "ecc1b8b46b354de1bb9767113aa732dc"};
inline constexpr Message stopped{"stopped", "e279dfd24dd1460797d7c2281877b392"};
inline constexpr Message drain{"drain", "89d65986235f49de9b30f7def9ce0d92"};
inline constexpr Message drain_timeout{"drain_timeout", "5ded9f9f91974cb1a5335a9201bb776e"};
inline constexpr Message waits{"waits", "1448266d78b34739a58d73933c736d9a"};
inline constexpr Message dials_again{"dials_again", "a8efea1109c5413596c6dc930df37d12"};
inline constexpr Message condition{"condition", "f6229e25f0b149c8a7ab610eb9e9cb9a"};
inline constexpr Message condition_over{"condition_over", "36020f67a60945d3947fac74773d9320"};
inline constexpr Message answer_in_doubt{"answer_in_doubt", "509d654591a5462c8bd61f8a904ffefc"};
inline constexpr Message doubt_held{"doubt_held", "051519eedce949f6b3ddda19290e8b2e"};
inline constexpr Message late_news{"late_news", "ccd07824dd954a96bd2d94392de879b5"};
inline constexpr Message ownership_gained{"ownership_gained", "358ca53d5fa94f49afc54b6d748f6dcb"};
inline constexpr Message ownership_lost{"ownership_lost", "4350c51964344b1ea715c457fd6aa74b"};
inline constexpr Message ownership_handed_over{"ownership_handed_over", "b4a12438ed4d4293b891bf6cf6350b97"};
inline constexpr Message database_away{"database_away", "a99bc847b92d4657b4a8109d2789f3a9"};
inline constexpr Message database_back{"database_back", "39460b6997484a34b1ae686e79707fbe"};
inline constexpr Message database_may_lose{"database_may_lose", "e0a2aec528884c12b54d143845d1796f"};
inline constexpr Message record_refused{"record_refused", "a3799b2a67484950851aa9c7cb8dade4"};
inline constexpr Message clock_stepped{"clock_stepped", "ff582de510144873bfc278ca7303d404"};
inline constexpr Message campaign_control{"campaign_control", "46427557d74540cc85dadfbdc3582b50"};
inline constexpr Message reload_applied{"reload_applied", "c2b90906bfd14bd4bb50dad59c55f316"};
inline constexpr Message reload_failed{"reload_failed", "f85698d5306c4aa7b98d65773af9ce0d"};
inline constexpr Message stalled{"stalled", "4b7622afb07a43c9b657555653df3003"};
inline constexpr Message internal_error{"internal_error", "f2e4277a358243d0b9428aa552e387c5"};

inline constexpr std::array all = {
    started,        stopped,           drain,          drain_timeout,         waits,
    dials_again,    condition,         condition_over, answer_in_doubt,       doubt_held,
    late_news,      ownership_gained,  ownership_lost, ownership_handed_over, database_away,
    database_back,  database_may_lose, record_refused, clock_stepped,         campaign_control,
    reload_applied, reload_failed,     stalled,        internal_error};

}  // namespace message
}  // namespace dialerd::daemon::log

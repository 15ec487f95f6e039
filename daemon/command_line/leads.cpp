#include <string>
#include <utility>
#include <vector>

#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::command_line {
namespace {

// "field=column" pairs of --map.
std::vector<std::pair<std::string, std::string>> columns_of(const std::vector<std::string>& pairs) {
  std::vector<std::pair<std::string, std::string>> columns;
  for (const std::string& pair : pairs) {
    auto equals = pair.find('=');
    columns.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return columns;
}

std::string check_pair(const std::string& pair) {
  auto equals = pair.find('=');
  bool good = equals != std::string::npos && equals > 0 && equals + 1 < pair.size();
  return good ? "" : "'" + pair + "' is not of the form field=column";
}

void add_import(Tree& tree) {
  struct Arguments {
    commands::ImportOptions options;
    std::vector<std::string> pairs;
    std::string rejects;
  };
  auto import = std::make_shared<Arguments>();
  CLI::App* command = tree.add("import", "Add leads from a CSV file to a campaign");
  command->add_option("campaign", import->options.campaign, "the campaign's name")->required();
  command->add_option("file", import->options.file, "the CSV file, or - for standard input")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--map", import->pairs,
                   "field=column: which column holds a lead's field, or its number, alternates, timezone, ...")
      ->check(check_pair);
  command
      ->add_option("--rejects", import->rejects,
                   "where rejected rows are written; default: beside FILE, leads.csv -> leads.rejects.csv")
      ->type_name("FILE");
  command->add_flag("--dry-run", import->options.dry_run, "check the file, write nothing");
  command->callback([&tree, import] {
    tree.chosen = [&tree, import] {
      import->options.config = tree.config;
      import->options.columns = columns_of(import->pairs);
      if (!import->rejects.empty()) import->options.rejects = import->rejects;
      return commands::import_leads(import->options);
    };
  });
}

void add_resolve(Tree& tree) {
  struct Arguments {
    commands::ResolveOptions options;
    std::string verdict;
  };
  auto resolve = std::make_shared<Arguments>();
  CLI::App* command = tree.add("resolve", "Say whether a call in doubt was placed, when you know it");
  command->add_option("attempt", resolve->options.attempt, "the attempt's id, as `why` and `report` name it")
      ->required();
  command->add_option("verdict", resolve->verdict, "placed: the lead is done; not-placed: it is called again")
      ->required()
      ->check(CLI::IsMember({"placed", "not-placed"}));
  command->add_option("--reason", resolve->options.reason, "how you know, for those who look later")->required();
  command->add_option("--by", resolve->options.by, "who says so; default: who typed the command");
  command->callback([&tree, resolve] {
    tree.chosen = [&tree, resolve] {
      resolve->options.config = tree.config;
      resolve->options.placed = resolve->verdict == "placed";
      return commands::resolve(resolve->options);
    };
  });
}

void add_suppress(Tree& tree) {
  CLI::App* suppress = tree.app.add_subcommand("suppress", "People who are not called, and lists of them");
  suppress->require_subcommand(1);
  const auto whom = [](CLI::App* command, commands::SuppressOptions& entry) {
    command->add_option("number", entry.number, "the number, as people write it")->required();
    CLI::Option* campaign = command->add_option("--campaign", entry.campaign, "for this campaign alone");
    command->add_option("--account", entry.account, "for the campaigns of this account alone")->excludes(campaign);
    command->add_option("--region", entry.region, "whose number it is; default: the campaign's region, or KR");
  };

  auto added = std::make_shared<commands::SuppressOptions>();
  CLI::App* command = tree.add("add", "Call a person no more", suppress);
  whom(command, *added);
  command->add_option("--reason", added->reason, "why, for those who look later")->required();
  command->add_option("--expires", added->expires, "until when: 30d, or a date; default: for ever");
  command->add_option("--source", added->source, "who or what says so; default: who typed the command");
  tree.does(command, added, commands::suppress_add);

  auto removed = std::make_shared<commands::SuppressOptions>();
  command = tree.add("remove", "End an entry that was added", suppress);
  whom(command, *removed);
  tree.does(command, removed, commands::suppress_remove);

  auto load = std::make_shared<commands::SuppressLoadOptions>();
  command = tree.add("load", "Replace a list as a whole by a file's numbers", suppress);
  command->add_option("list", load->list, "the list's name")->required();
  command->add_option("file", load->file, "one number a line, or a CSV file, or - for standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("--column", load->column, "the CSV file's column with the numbers; default: number");
  command->add_option("--region", load->region, "whose numbers they are")->capture_default_str();
  command->add_option("--source", load->source, "where the list comes from; default: the file's name");
  command->add_flag("--skip-invalid", load->skip_invalid, "leave out rows without a good number");
  tree.does(command, load, commands::suppress_load);

  command = tree.add("lists", "Show the lists, how many numbers they have and how old they are", suppress);
  tree.does(command, std::make_shared<commands::SuppressListsOptions>(), commands::suppress_lists);
}

}  // namespace

void add_leads(Tree& tree) {
  add_import(tree);

  auto why = std::make_shared<commands::WhyOptions>();
  CLI::App* command = tree.add("why", "Tell where a lead stands, when it can be called next, and what decides that");
  command->add_option("lead", why->lead, "the lead's id, or its number")->required();
  command->add_option("--campaign", why->campaign, "of this campaign alone, when a number is given");
  command->add_flag("--number", why->number, "LEAD is a number, although it looks like an id");
  tree.does(command, why, commands::why);

  add_resolve(tree);
  add_suppress(tree);

  auto forget = std::make_shared<commands::ForgetOptions>();
  command = tree.add("forget", "Erase what is known of a person, who is never called again");
  command->add_option("number", forget->number, "the person's number, as people write it")->required();
  command->add_option("--region", forget->region, "whose number it is")->capture_default_str();
  command->add_option("--reason", forget->reason, "why, for those who look later; without names and numbers")
      ->required();
  command->add_option("--by", forget->by, "who says so; default: who typed the command");
  command->add_flag("--dry-run", forget->dry_run, "say what would be removed, and remove nothing");
  tree.does(command, forget, commands::forget);
}

}  // namespace dialerd::daemon::command_line

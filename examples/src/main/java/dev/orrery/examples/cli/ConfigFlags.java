package dev.orrery.examples.cli;

import dev.orrery.internal.config.Config;
import dev.orrery.internal.config.ConfigKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Every key of a configuration as a flag of a command, and the file that it is read from. */
final class ConfigFlags {
    private static final String CONFIG = "--config";

    private ConfigFlags() {}

    /** @param shortFlags shorter names of flags, by key */
    static void addTo(CommandSpec spec, List<ConfigKey<?>> keys, Map<String, String> shortFlags) {
        spec.addOption(OptionSpec.builder(CONFIG)
                .paramLabel("FILE")
                .type(Path.class)
                .description("Settings to start from (default: the file in conf).")
                .build());
        for (ConfigKey<?> key : keys) {
            String ownDefault = key.defaultText().isEmpty() ? "" : " Default: " + key.defaultText() + ".";
            String[] names = Stream.concat(
                            Stream.of(key.name()), Optional.ofNullable(shortFlags.get(key.name())).stream())
                    .map(name -> "--" + name)
                    .toArray(String[]::new);
            spec.addOption(OptionSpec.builder(names)
                    .paramLabel("VALUE")
                    .type(String.class)
                    .description(key.doc().replace("%", "%%") + ownDefault)
                    .build());
        }
    }

    /** @param fileName in the folder {@code conf} of ORRERY_HOME, where there is one */
    static Config load(CommandSpec spec, List<ConfigKey<?>> keys, String fileName) {
        ParseResult given = spec.commandLine().getParseResult();
        Map<String, String> flags = new LinkedHashMap<>();
        for (ConfigKey<?> key : keys) {
            if (given.hasMatchedOption("--" + key.name())) {
                flags.put(key.name(), given.matchedOptionValue("--" + key.name(), ""));
            }
        }
        Optional<Path> chosen = Optional.ofNullable(given.matchedOptionValue(CONFIG, null));
        Optional<Path> installed = Optional.ofNullable(System.getenv("ORRERY_HOME"))
                .map(home -> Path.of(home, "conf", fileName))
                .filter(Files::exists);
        return Config.load(keys, chosen.or(() -> installed), System.getenv(), flags);
    }
}

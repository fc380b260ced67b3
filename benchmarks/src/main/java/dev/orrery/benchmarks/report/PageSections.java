package dev.orrery.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page in Markdown of which sections are made of reports of their own, so that each can be made anew alone. Pure. */
public final class PageSections {
    private static final Pattern HEADING = Pattern.compile("^## .*$", Pattern.MULTILINE);

    private PageSections() {}

    /**
     * The page with those sections instead of its own of the same headings; others follow at its end.
     *
     * @param sections each begins with its heading, of the second level
     */
    public static String replace(String page, String sections) {
        Map<String, String> all = split(page);
        split(sections).forEach((heading, text) -> {
            if (!heading.isEmpty()) {
                all.put(heading, text);
            }
        });
        return String.join(
                "\n", all.values().stream().map(text -> text.strip() + "\n").toList());
    }

    /** By heading, in order; what comes before the first one by the empty string. */
    private static Map<String, String> split(String page) {
        Map<String, String> sections = new LinkedHashMap<>();
        Matcher heading = HEADING.matcher(page);
        String before = "";
        int start = 0;
        while (heading.find()) {
            sections.put(before, page.substring(start, heading.start()));
            before = heading.group();
            start = heading.start();
        }
        sections.put(before, page.substring(start));
        return sections;
    }
}

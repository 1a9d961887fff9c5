package io.windlass.engine.repository;

/**
 * A schedule of the default branch's file.
 *
 * @param cron the five-field form, as written
 * @param timezone an id such as {@code Europe/Paris}
 */
public record ScheduleEntry(String cron, String timezone) {}

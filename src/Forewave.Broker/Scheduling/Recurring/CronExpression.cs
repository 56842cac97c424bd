namespace Forewave.Broker.Scheduling.Recurring;

/// <summary>
/// When something recurs: minute, hour, day of the month, month, day of the week, or a second before them. A day counts when
/// day of the month and day of the week fit; where both are restricted, when either does. Immutable.
/// </summary>
internal sealed class CronExpression
{
    private const int MostYears = 10;

    private readonly CronField _seconds;
    private readonly CronField _minutes;
    private readonly CronField _hours;
    private readonly CronField _days;
    private readonly CronField _months;
    private readonly CronField _weekdays;

    private CronExpression(CronField[] fields)
    {
        _seconds = fields[0];
        _minutes = fields[1];
        _hours = fields[2];
        _days = fields[3];
        _months = fields[4];
        _weekdays = fields[5];
    }

    /// <summary>Reads an expression.</summary>
    public static bool TryParse(string text, out CronExpression expression)
    {
        expression = null!;
        string[] parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 5)
            parts = ["0", .. parts];
        if (parts.Length != 6)
            return false;
        CronRange[] ranges = [CronRange.Sixty, CronRange.Sixty, CronRange.Hours, CronRange.Days, CronRange.Months, CronRange.Weekdays];
        var fields = new CronField[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!CronField.TryParse(parts[i], ranges[i], out fields[i]))
                return false;
        }
        expression = new CronExpression(fields);
        return true;
    }

    /// <summary>
    /// The next time after an instant, in a time zone; null: it does not come within 10 years. Where clocks are put forward, what
    /// would fall into the gap comes at its end, once. Where they are put back, what names hours comes the first time only; what
    /// comes every hour comes in both.
    /// </summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var from = new DateTimeOffset(after.UtcTicks - after.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero).AddSeconds(1);
        var end = after.AddYears(MostYears);
        DateTime? notBefore = null;
        while (from < end)
        {
            var offset = zone.GetUtcOffset(from);
            var local = from.UtcDateTime + offset;
            var found = NextLocal(notBefore > local ? notBefore.Value : local, end.UtcDateTime + offset);
            var until = found is { } time ? new DateTimeOffset(time - offset, TimeSpan.Zero) : end;
            if (Change(zone, from, until) is not { } change)
                return found is null ? null : until;
            var newOffset = zone.GetUtcOffset(change);
            if (newOffset > offset && !_hours.IsAny && found < change.UtcDateTime + newOffset)
                return change;
            notBefore = newOffset < offset && !_hours.IsAny ? change.UtcDateTime + offset : null;
            from = change;
        }
        return null;
    }

    /// <summary>The first instant after one, up to another, at which the zone's offset differs; null: it stays.</summary>
    private static DateTimeOffset? Change(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset until)
    {
        var offset = zone.GetUtcOffset(from);
        var low = from;
        while (low < until)
        {
            var high = low.AddDays(1) < until ? low.AddDays(1) : until;
            if (zone.GetUtcOffset(high) == offset)
            {
                low = high;
                continue;
            }
            while (high - low > TimeSpan.FromSeconds(1))
            {
                var middle = low.AddSeconds(Math.Floor((high - low).TotalSeconds / 2));
                if (zone.GetUtcOffset(middle) == offset)
                    low = middle;
                else
                    high = middle;
            }
            return high;
        }
        return null;
    }

    /// <summary>The first local time from one on that fits; null: there is none before an end.</summary>
    private DateTime? NextLocal(DateTime from, DateTime end)
    {
        for (var day = from.Date; day <= end; day = day.AddDays(1))
        {
            if (!_months.Takes(day.Month))
            {
                day = new DateTime(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month), 0, 0, 0, DateTimeKind.Utc);
                continue;
            }
            if (TakesDay(day) && NextTime(day == from.Date ? from.TimeOfDay : TimeSpan.Zero) is { } time)
                return day + time;
        }
        return null;
    }

    private bool TakesDay(DateTime day)
    {
        bool byDay = _days.Takes(day.Day);
        bool byWeekday = _weekdays.Takes((int)day.DayOfWeek);
        return _days.IsAny || _weekdays.IsAny ? byDay && byWeekday : byDay || byWeekday;
    }

    private TimeSpan? NextTime(TimeSpan from)
    {
        for (int hour = from.Hours; hour < 24; hour++)
        {
            if (!_hours.Takes(hour))
                continue;
            for (int minute = hour == from.Hours ? from.Minutes : 0; minute < 60; minute++)
            {
                if (!_minutes.Takes(minute))
                    continue;
                bool isFirst = hour == from.Hours && minute == from.Minutes;
                for (int second = isFirst ? from.Seconds : 0; second < 60; second++)
                {
                    if (_seconds.Takes(second))
                        return new TimeSpan(hour, minute, second);
                }
            }
        }
        return null;
    }
}

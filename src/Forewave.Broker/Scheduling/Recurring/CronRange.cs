using System.Globalization;

namespace Forewave.Broker.Scheduling.Recurring;

/// <summary>What the values of one field of a cron expression may be.</summary>
internal sealed record CronRange
{
    private string[] _names = [];

    /// <summary>Seconds and minutes.</summary>
    public static CronRange Sixty { get; } = new() { First = 0, Last = 59 };

    /// <summary>Hours.</summary>
    public static CronRange Hours { get; } = new() { First = 0, Last = 23 };

    /// <summary>Days of the month.</summary>
    public static CronRange Days { get; } = new() { First = 1, Last = 31 };

    /// <summary>Months, by number or by the first three letters.</summary>
    public static CronRange Months { get; } = new()
    {
        First = 1, Last = 12, _names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    };

    /// <summary>Days of the week from Sunday, which is 0 and 7, by number or by the first three letters.</summary>
    public static CronRange Weekdays { get; } = new() { First = 0, Last = 7, _names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };

    /// <summary>The lowest value.</summary>
    public required int First { get; init; }

    /// <summary>The highest value.</summary>
    public required int Last { get; init; }

    /// <summary>Reads a value.</summary>
    public bool TryValue(string text, out int value)
    {
        int name = Array.FindIndex(_names, known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = First + name;
        return name >= 0
            || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= First && value <= Last;
    }

    /// <summary>Sunday has two numbers: one of them is enough.</summary>
    public ulong Fold(ulong bits) => this == Weekdays && (bits >> 7 & 1) != 0 ? bits & 0x7F | 1 : bits;
}

using System.Globalization;

namespace Forewave.Storage.MySql.Schema;

/// <summary>A day slice of a table, named by its first day.</summary>
/// <param name="Day">Year, month and day as one number: 20261121.</param>
internal readonly record struct DaySlice(uint Day)
{
    /// <summary>The partition's name.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"d{Day}");

    /// <summary>Its first day.</summary>
    public DateOnly Date => new((int)(Day / 10_000), (int)(Day / 100 % 100), (int)(Day % 100));

    /// <summary>The slice that begins on the day of an instant, in UTC.</summary>
    public static DaySlice Of(Timestamp time)
    {
        DateTimeOffset utc = time.ToDateTimeOffset();
        return new DaySlice((uint)((utc.Year * 10_000) + (utc.Month * 100) + utc.Day));
    }
}

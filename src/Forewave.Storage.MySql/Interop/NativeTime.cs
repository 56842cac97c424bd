using System.Runtime.InteropServices;

namespace Forewave.Storage.MySql.Interop;

/// <summary>struct st_mysql_time: 40 bytes. Always UTC here: every session's time zone is +00:00.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTime
{
    internal uint Year;
    internal uint Month;
    internal uint Day;
    internal uint Hour;
    internal uint Minute;
    internal uint Second;
    internal ulong Microseconds;
    internal byte IsNegative;

    /// <summary>1: date and time.</summary>
    internal int Kind;

    internal static NativeTime From(Timestamp time)
    {
        DateTime utc = time.ToDateTimeOffset().UtcDateTime;
        return new NativeTime
        {
            Year = (uint)utc.Year,
            Month = (uint)utc.Month,
            Day = (uint)utc.Day,
            Hour = (uint)utc.Hour,
            Minute = (uint)utc.Minute,
            Second = (uint)utc.Second,
            Microseconds = (ulong)utc.Millisecond * 1000,
            Kind = 1,
        };
    }

    internal readonly Timestamp ToTimestamp()
    {
        var utc = new DateTimeOffset((int)Year, (int)Month, (int)Day, (int)Hour, (int)Minute, (int)Second, TimeSpan.Zero);
        return Timestamp.From(utc).Plus(TimeSpan.FromMilliseconds(Microseconds / 1000));
    }
}

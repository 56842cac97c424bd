using System.Globalization;

namespace Forewave.Broker.Scheduling.Recurring;

/// <summary>One field of a cron expression: which values of a range it takes.</summary>
/// <param name="Bits">A bit for each value.</param>
/// <param name="IsAny">It is <c>*</c> (or <c>?</c>): it restricts nothing.</param>
internal readonly record struct CronField(ulong Bits, bool IsAny)
{
    /// <summary>Whether it takes a value.</summary>
    public bool Takes(int value) => (Bits >> value & 1) != 0;

    /// <summary>Reads a field: <c>*</c>, or values, ranges <c>a-b</c> and steps <c>/n</c>, separated by commas.</summary>
    public static bool TryParse(string text, CronRange range, out CronField field)
    {
        ulong bits = 0;
        foreach (string part in text.Split(','))
        {
            if (!TryPart(part, range, ref bits))
            {
                field = default;
                return false;
            }
        }
        field = new CronField(range.Fold(bits), text is "*" or "?");
        return true;
    }

    private static bool TryPart(string part, CronRange range, ref ulong bits)
    {
        int slash = part.IndexOf('/', StringComparison.Ordinal);
        int step = 1;
        if (slash >= 0 && (!int.TryParse(part[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step == 0))
            return false;
        string values = slash >= 0 ? part[..slash] : part;
        int dash = values.IndexOf('-', StringComparison.Ordinal);
        int first = range.First, last = range.Last;
        if (values is not ("*" or "?"))
        {
            if (!range.TryValue(dash >= 0 ? values[..dash] : values, out first))
                return false;
            last = dash < 0 && slash < 0 ? first : range.Last;
            if (dash >= 0 && !range.TryValue(values[(dash + 1)..], out last))
                return false;
        }
        for (int value = first; value <= last; value += step)
            bits |= 1UL << value;
        return first <= last;
    }
}

using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Tests.Connections;

/// <summary>A row of the tests' table, of which anything but the id may be NULL. The body is written in hexadecimal to be compared by value.</summary>
internal sealed record RandomRow(ulong Id, int? Number, string? Body, Timestamp? Moment)
{
    internal static RandomRow Draw(int id, Random random) => new(
        (ulong)id,
        random.Next(4) == 0 ? null : random.Next(int.MinValue, int.MaxValue),
        random.Next(4) == 0 ? null : Bytes(random),
        random.Next(4) == 0 ? null : new Timestamp(random.NextInt64(0, 4_000_000_000_000)));

    internal static RandomRow From(ResultRow row) => new(
        row.Unsigned(0),
        row.IsNull(1) ? null : (int)row.Signed(1),
        row.IsNull(2) ? null : Convert.ToHexString(row.Bytes(2)),
        row.IsNull(3) ? null : row.Time(3));

    internal void AddTo(ParameterRows rows)
    {
        rows.AddRow();
        rows.Set(0, Id);
        if (Number is { } number)
        {
            rows.Set(1, (long)number);
        }

        if (Body is not null)
        {
            rows.Set(2, Convert.FromHexString(Body));
        }

        if (Moment is { } moment)
        {
            rows.Set(3, moment);
        }
    }

    private static string Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(10) == 0 ? random.Next(20_000) : random.Next(40)];
        random.NextBytes(bytes);
        return Convert.ToHexString(bytes);
    }
}

using System.Globalization;
using System.Numerics;

namespace Forewave.Cli.Verbs;

/// <summary>The numbers that an option takes, both ends included.</summary>
internal readonly record struct ValueRange<T>
    where T : struct, INumber<T>
{
    public required T Least { get; init; }

    public required T Most { get; init; }

    /// <summary>Whether zero is taken too, which stands for no limit.</summary>
    public bool OrZero { get; init; }

    public bool Has(T value) => (OrZero && value == T.Zero) || (value >= Least && value <= Most);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Least} to {Most:N0}{(OrZero && Least > T.Zero ? ", or 0" : "")}");
}

namespace Forewave.Client.Administration;

/// <summary>Names a time zone of the IANA database; whether there is one of this name is the broker's to say.</summary>
/// <param name="Value">For example <c>Europe/Berlin</c>; at most 255 bytes.</param>
public readonly record struct TimeZoneName(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

using Forewave.Server.Interop;

namespace Forewave.Server.Diagnosis;

/// <summary>What the kernel says of its clock.</summary>
/// <param name="IsSynchronised">Somebody keeps it right (NTP, PTP, the host of a virtual machine that says so).</param>
/// <param name="MaxError">By how much it may be wrong at most, as who keeps it says.</param>
internal sealed record ClockState(bool IsSynchronised, TimeSpan MaxError)
{
    private const int Unsynchronised = 0x40;
    private const int ReturnsError = 5;

    /// <summary>Asks; null where the kernel does not tell, as in some containers.</summary>
    public static ClockState? Read()
    {
        ClockFields fields = default;
        int result = OperatingSystem.IsLinux() ? LibC.ReadClock(ref fields) : -1;
        return result < 0 ? null : new ClockState(result != ReturnsError && (fields.Status & Unsynchronised) == 0, TimeSpan.FromMicroseconds(fields.MaxError));
    }
}

using Forewave.Protocol.Routes;

namespace Forewave.Protocol.Frames;

/// <summary>Makes the Error that travels in frames from a number, and back.</summary>
public static class ErrorFrame
{
    /// <summary>The Error for <paramref name="code"/>.</summary>
    /// <param name="code">Its number.</param>
    /// <param name="detail">What happened in this case; null: the table's words.</param>
    /// <param name="retryAfter">How long to wait before a repeat; null: the table's advice.</param>
    public static V1.Error Of(ErrorCode code, string? detail = null, TimeSpan? retryAfter = null)
    {
        var entry = ErrorTable.Entry(code);
        var wait = retryAfter ?? entry.RetryAfter ?? TimeSpan.Zero;
        return new V1.Error
        {
            Number = (uint)code,
            Name = entry.Name,
            Text = $"{detail ?? entry.Happened} {entry.Advice}",
            RetryAfter = (uint)Math.Clamp(wait.TotalMilliseconds, 0, uint.MaxValue),
        };
    }

    /// <summary>The Error for bytes that were refused.</summary>
    public static V1.Error Of(FrameProblem problem) => Of(problem.Code, problem.Text is null ? null : problem.Text + ".");

    /// <summary>The Error at <paramref name="range"/> of <paramref name="frame"/>; allocates.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, ByteRange range, out V1.Error error)
    {
        bool read = GeneratedFrame.TryParse(V1.Error.Parser, range.Of(frame), out var parsed, out _);
        error = parsed ?? new V1.Error();
        return read;
    }

    /// <summary>The exception for an Error that a broker sent.</summary>
    public static ForewaveException ToException(V1.Error error)
    {
        ArgumentNullException.ThrowIfNull(error);
        TimeSpan? retryAfter = error.RetryAfter == 0 ? null : TimeSpan.FromMilliseconds(error.RetryAfter);
        RouteTable? routes = RouteFrames.TryRead(error.Routes, out RouteTable table) && !table.IsEmpty ? table : null;
        return ForewaveException.FromBroker((ErrorCode)error.Number, error.Text, retryAfter, routes);
    }
}

namespace Forewave.Client.Connections;

/// <summary>
/// Somebody with frames to send. It calls <see cref="Connection.Signal"/> when it has some; the connection's send loop
/// then takes them, as many as there are at that moment: what gathers while a send is under way goes together.
/// </summary>
internal interface IFrameSource
{
    /// <summary>
    /// Takes the next bytes, whole frames; false: nothing to send now. The bytes stay unchanged until their answer
    /// came or the connection ended. Called by the send loop alone.
    /// </summary>
    bool TryTake(out ReadOnlyMemory<byte> frames);
}

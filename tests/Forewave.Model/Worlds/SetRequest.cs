using System.Runtime.InteropServices;

namespace Forewave.Model.Worlds;

/// <summary>A versioned set on its way: the request, then its reply.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct SetRequest
{
    public SetKind Kind;

    /// <summary>The request has not arrived yet. It may, for as long as this holds, whatever its sender believes.</summary>
    public bool IsUnderWay;

    public SetReply Reply;

    /// <summary>The sender lost its connection before a reply came.</summary>
    public bool IsUnknown;

    /// <summary>What the record shall be; its version is the one that is expected.</summary>
    public GroupRecord Wanted;
}

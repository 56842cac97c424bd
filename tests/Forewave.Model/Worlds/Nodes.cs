using System.Runtime.CompilerServices;

namespace Forewave.Model.Worlds;

/// <summary>Both nodes of the broker group.</summary>
[InlineArray(2)]
internal struct Nodes
{
    private Node _first;
}

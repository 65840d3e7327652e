package main

type Node struct{ left, right *Node }

func makeTree(d int) *Node {
	if d == 0 {
		return &Node{}
	}
	return &Node{makeTree(d - 1), makeTree(d - 1)}
}

func (n *Node) check() int {
	if n == nil {
		return 0
	}
	return 1 + n.left.check() + n.right.check()
}

func main() {
	bench(func() int {
		depth := 16
		sum := makeTree(depth + 1).check()
		long := makeTree(depth)
		for d := 4; d <= depth; d += 2 {
			for i := 0; i < 1<<(depth-d+4); i++ {
				sum += makeTree(d).check()
			}
		}
		return sum + long.check()
	})
}

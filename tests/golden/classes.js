({ $rt: { inc, interpolate }, $read }) => {
  globalThis.Animal = class Animal {
    legs = 4;
    static count = 0;

    constructor(name) {
      this.name = name;
      const v = Animal;
      const n = $read(Animal).count;
      v.count = typeof n === "number" ? n + 1 : inc(n);
    }

    speak() {
      return `${interpolate(this.name)} makes a sound`;
    }

    async later() {
      return Promise.resolve(this.name);
    }

    get upper() {
      return $read(this.name).toUpperCase();
    }

    static make(name) {
      return new Animal(name);
    }
  };
};

({ $rt: { derived, str } }) => {
  globalThis.Dog = derived({ Dog: class extends Animal {
    constructor(name) {
      super(name);
      this.tricks = [];
    }

    speak() {
      return str(super.speak(), ": woof");
    }
  } }.Dog, true);
};
